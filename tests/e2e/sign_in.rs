//! Signing in through the hosted UI's form, and what a session by cookie may do (R2-R4, D41).

use anyhow::{Context, Result, ensure};
use devcloud::users::{self, User};
use end_to_end::{Browser, Login, Page, Stack, stack, unique_word};
use reqwest::{Method, Url};
use serde_json::json;

use crate::refusals::check_error;

const SESSION: &str = "__Host-session";
const REFRESH: &str = "__Secure-refresh";
const LOGIN: &str = "__Host-login";
const PASSWORD: &str = "Only-on-this-machine-1";

/// A person before a browser.
struct Visitor {
    stack: Stack,
    user: User,
    user_id: String,
    browser: Browser,
}

impl Visitor {
    async fn new() -> Result<Self> {
        let stack = stack()?;
        let user = User {
            username: format!("{}@omnigen.test", unique_word("visitor")),
            password: PASSWORD.to_owned(),
        };
        let user_id = users::sign_up(&stack, &stack.user_pool_id, &user).await?;
        Ok(Self {
            stack,
            user,
            user_id,
            browser: Browser::new()?,
        })
    }

    /// A route by way of the site, where people sign in.
    fn api(&self, path: &str) -> Result<Url> {
        Ok(format!("{}{path}", self.stack.site()?).parse()?)
    }

    async fn get(&mut self, path: &str) -> Result<Page> {
        let url = self.api(path)?;
        self.browser.open(&url).await
    }

    /// A POST of JSON, as a page of this kind of site would make the browser send it.
    async fn post(&mut self, path: &str, site: &str) -> Result<Page> {
        let url = self.api(path)?;
        let send = self.browser.send(Method::POST, &url, |request| {
            request.header("sec-fetch-site", site).json(&json!({}))
        });
        send.await
    }

    /// Begins to sign in; gives the hosted UI's form.
    async fn form(&mut self, return_path: &str) -> Result<Page> {
        let login = format!("/api/v1/auth/login?returnTo={return_path}");
        let hosted_ui = self.get(&login).await?.leads_to()?;
        ensure!(self.browser.cookie(LOGIN).is_some(), "no cookie");
        self.browser.open(&hosted_ui).await
    }

    /// Fills the form in; gives the page that it leads to.
    async fn fill_in(&mut self, form: &Page, password: &str) -> Result<Page> {
        let (action, mut fields) = form.form()?;
        fields.insert("username".to_owned(), self.user.username.clone());
        fields.insert("password".to_owned(), password.to_owned());
        self.browser.submit(&action, &fields).await
    }

    /// Signs in up to the callback's address, which is not opened.
    async fn callback(&mut self) -> Result<Url> {
        let form = self.form("/").await?;
        self.fill_in(&form, PASSWORD).await?.leads_to()
    }

    async fn sign_in(&mut self) -> Result<()> {
        let callback = self.callback().await?;
        let page = self.browser.open(&callback).await?;
        ensure!(page.answer.status == 302, "{page:?}");
        Ok(())
    }

    async fn status_of_me(&mut self) -> Result<u16> {
        Ok(self.get("/api/v1/me").await?.answer.status)
    }
}

fn changed(url: &Url, name: &str, value: &str) -> Url {
    let mut changed = url.clone();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    changed.query_pairs_mut().clear();
    for (key, old) in pairs {
        let new = if key == name { value } else { &old };
        changed.query_pairs_mut().append_pair(&key, new);
    }
    changed
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_person_signs_in_by_the_form_calls_by_cookie_renews_and_signs_out() -> Result<()> {
    let mut visitor = Visitor::new().await?;
    assert_eq!(visitor.status_of_me().await?, 401);

    let form = visitor.form("/create?from=landing").await?;
    assert_eq!(form.answer.status, 200);
    let again = visitor.fill_in(&form, "Not-the-password-1").await?;
    assert_eq!(again.answer.status, 200, "it is the form again");
    let callback = visitor.fill_in(&again, PASSWORD).await?.leads_to()?;
    let home = visitor.browser.open(&callback).await?;
    assert_eq!(home.answer.header("location"), "/create?from=landing");
    assert_eq!(visitor.browser.cookie(LOGIN), None);

    let me = visitor.get("/api/v1/me").await?.answer;
    assert_eq!(me.status, 200, "{}", me.body);
    assert_eq!(me.body["userId"], visitor.user_id);

    let first = [SESSION, REFRESH].map(|name| visitor.browser.cookie(name).map(str::to_owned));
    let renewed = visitor
        .post("/api/v1/auth/refresh", "same-origin")
        .await?
        .answer;
    assert_eq!(renewed.status, 200, "{}", renewed.body);
    assert_eq!(renewed.body["expiresIn"], 3600);
    let second = [SESSION, REFRESH].map(|name| visitor.browser.cookie(name).map(str::to_owned));
    assert!(first[0].is_some() && first[0] != second[0], "a new session");
    assert!(first[1].is_some() && first[1] != second[1], "it is rotated");
    assert_eq!(visitor.status_of_me().await?, 200);

    let thief = visitor.browser.clone();
    let hosted_ui = visitor
        .post("/api/v1/auth/logout", "same-origin")
        .await?
        .leads_to()?;
    assert_eq!(visitor.browser.cookie(SESSION), None);
    assert_eq!(visitor.browser.cookie(REFRESH), None);
    let site = visitor.browser.open(&hosted_ui).await?.leads_to()?;
    assert_eq!(site.as_str(), format!("{}/", visitor.stack.site()?));
    assert_eq!(visitor.status_of_me().await?, 401);

    // A stolen copy of the session cannot be renewed any more.
    visitor.browser = thief;
    let refused = visitor
        .post("/api/v1/auth/refresh", "same-origin")
        .await?
        .answer;
    check_error(&refused, 401, "UNAUTHORIZED");
    assert_eq!(visitor.browser.cookie(REFRESH), None);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn pages_of_other_sites_cannot_write_with_the_cookies() -> Result<()> {
    let mut visitor = Visitor::new().await?;
    visitor.sign_in().await?;
    for path in [
        "/api/v1/jobs",
        "/api/jobs",
        "/api/upload/generate-url",
        "/api/v1/auth/refresh",
        "/api/v1/auth/logout",
    ] {
        for site in ["cross-site", "same-site"] {
            let refused = visitor.post(path, site).await?.answer;
            check_error(&refused, 403, "FORBIDDEN");
        }
    }
    // Past the check the empty body is what is wrong with it.
    let refused = visitor.post("/api/v1/jobs", "same-origin").await?.answer;
    check_error(&refused, 400, "VALIDATION_ERROR");
    assert_eq!(visitor.status_of_me().await?, 200);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_callback_works_once() -> Result<()> {
    let mut visitor = Visitor::new().await?;
    let callback = visitor.callback().await?;
    let before = visitor.browser.clone();
    let page = visitor.browser.open(&callback).await?;
    assert_eq!(page.answer.status, 302, "{page:?}");

    let again = visitor.browser.open(&callback).await?.answer;
    check_error(&again, 400, "SIGN_IN_FAILED");
    assert_eq!(again.body["details"]["field"], "state");

    // With the cookie too, which was kept: the pool takes a code once.
    visitor.browser = before;
    let replayed = visitor.browser.open(&callback).await?.answer;
    check_error(&replayed, 400, "SIGN_IN_FAILED");
    assert_eq!(replayed.body["details"]["field"], "code");
    assert_eq!(visitor.browser.cookie(SESSION), None);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_callback_of_another_sign_in_is_refused() -> Result<()> {
    let mut visitor = Visitor::new().await?;
    let callback = visitor.callback().await?;
    let begun = visitor.browser.clone();

    let wrong = visitor
        .browser
        .open(&changed(&callback, "state", "another"))
        .await?;
    check_error(&wrong.answer, 400, "SIGN_IN_FAILED");
    assert_eq!(visitor.browser.cookie(LOGIN), None);

    // An attacker's own callback, opened in a victim's browser.
    let mut victim = Visitor::new().await?;
    victim.form("/").await?;
    let lured = victim.browser.open(&callback).await?;
    check_error(&lured.answer, 400, "SIGN_IN_FAILED");
    assert_eq!(victim.browser.cookie(SESSION), None);

    // A code of one sign-in is worth nothing in another: its verifier is not there.
    let other = victim.callback().await?;
    let code = other.query_pairs().find(|(name, _)| name == "code");
    let (_, code) = code.context("no code")?;
    visitor.browser = begun;
    let swapped = visitor
        .browser
        .open(&changed(&callback, "code", &code))
        .await?;
    check_error(&swapped.answer, 400, "SIGN_IN_FAILED");
    assert_eq!(visitor.browser.cookie(SESSION), None);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn no_sign_in_leads_to_another_site() -> Result<()> {
    let mut visitor = Visitor::new().await?;
    for elsewhere in [
        "https://evil.example/",
        "//evil.example",
        "/%2F/evil.example/..//..//",
        "%2F%2Fevil.example",
        "/%5Cevil.example",
        "/.//evil.example",
        "/%09/evil.example",
        "javascript:alert(1)",
    ] {
        let path = format!("/api/v1/auth/login?returnTo={elsewhere}");
        let page = visitor.get(&path).await?;
        if page.answer.status == 302 {
            // It was taken for a path of the site: the browser must agree.
            let hosted_ui = page.leads_to()?;
            let form = visitor.browser.open(&hosted_ui).await?;
            let callback = visitor.fill_in(&form, PASSWORD).await?.leads_to()?;
            let home = visitor.browser.open(&callback).await?.leads_to()?;
            assert_eq!(home.origin(), callback.origin(), "{elsewhere}");
            continue;
        }
        check_error(&page.answer, 400, "VALIDATION_ERROR");
        assert_eq!(page.answer.body["details"]["field"], "returnTo");
    }
    Ok(())
}

/// What `cargo xtask login` does, with a browser that fills the form in.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_person_at_a_terminal_signs_in_by_the_form() -> Result<()> {
    let mut visitor = Visitor::new().await?;
    let login = Login::begin(&visitor.stack).await?;
    let form = visitor.browser.open(login.address()).await?;
    let callback = visitor.fill_in(&form, PASSWORD).await?.leads_to()?;
    let waits = tokio::spawn(login.finish());

    let foreign = visitor
        .browser
        .open(&changed(&callback, "state", "x"))
        .await?;
    assert_eq!(foreign.answer.status, 400);
    let welcomed = visitor.browser.open(&callback).await?;
    assert_eq!(welcomed.answer.status, 200);
    let session = waits.await??;
    assert_eq!(session.user_id, visitor.user_id);
    assert_eq!(session.email, visitor.user.username);

    let url = visitor.api("/api/v1/me")?;
    let bearer = session.access_token;
    let me = Browser::new()?
        .send(Method::GET, &url, |request| request.bearer_auth(bearer))
        .await?;
    assert_eq!(me.answer.body["userId"], visitor.user_id);
    Ok(())
}
