//! A browser, as far as signing in goes: it keeps cookies, sends them where they belong and
//! fills in forms. Cookies of the kind `Secure` go to 127.0.0.1 over plain HTTP, as they do
//! in real browsers; redirects are followed one by one, so that each can be looked at.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, Url, redirect};

use crate::Answer;

/// What a page is.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it is.
    pub url: Url,
    /// What was answered; its body is JSON or null.
    pub answer: Answer,
    /// The text of the body.
    pub text: String,
}

impl Page {
    /// Where it leads to, if it is a redirect.
    ///
    /// # Errors
    /// It is none.
    pub fn leads_to(&self) -> Result<Url> {
        let place = self.answer.header(LOCATION.as_str());
        anyhow::ensure!(self.answer.status == 302, "{self:?} is no redirect");
        Ok(self.url.join(place)?)
    }

    /// Where its form goes, and the fields that it holds.
    ///
    /// # Errors
    /// There is none.
    pub fn form(&self) -> Result<(Url, BTreeMap<String, String>)> {
        let (_, form) = self.text.split_once("<form").context("there is no form")?;
        let action = attribute(form, "action").context("the form goes nowhere")?;
        let fields = form.split("<input").skip(1).filter_map(|input| {
            let name = attribute(input, "name")?;
            Some((name, attribute(input, "value").unwrap_or_default()))
        });
        Ok((self.url.join(&action)?, fields.collect()))
    }
}

/// The value of a tag's first attribute of that name.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let plain = [
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    let unescape = |text: String, (entity, letter): &(&str, &str)| text.replace(entity, letter);
    Some(plain.iter().fold(value.to_owned(), unescape))
}

#[derive(Debug, Clone)]
struct Cookie {
    value: String,
    path: String,
}

/// A browser of one person.
#[derive(Debug, Clone)]
pub struct Browser {
    http: Client,
    cookies: BTreeMap<String, Cookie>,
}

impl Browser {
    /// Without any cookie.
    ///
    /// # Errors
    /// There is no client.
    pub fn new() -> Result<Self> {
        Ok(Self {
            http: Client::builder()
                .redirect(redirect::Policy::none())
                .no_proxy()
                .timeout(std::time::Duration::from_secs(60))
                .build()?,
            cookies: BTreeMap::new(),
        })
    }

    /// The value of a cookie that it has.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(|cookie| cookie.value.as_str())
    }

    /// Opens an address.
    ///
    /// # Errors
    /// No answer.
    pub async fn open(&mut self, url: &Url) -> Result<Page> {
        self.send(Method::GET, url, |request| request).await
    }

    /// Sends a form.
    ///
    /// # Errors
    /// No answer.
    pub async fn submit(&mut self, url: &Url, fields: &BTreeMap<String, String>) -> Result<Page> {
        let mut form = Url::parse("form:")?;
        form.query_pairs_mut().extend_pairs(fields);
        let body = form.query().unwrap_or_default().to_owned();
        self.send(Method::POST, url, |request| {
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body)
        })
        .await
    }

    /// Sends any request, with the cookies that belong to it; keeps those of the answer.
    ///
    /// # Errors
    /// No answer.
    pub async fn send(
        &mut self,
        method: Method,
        url: &Url,
        with: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Page> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .filter(|(_, cookie)| url.path().starts_with(&cookie.path))
            .map(|(name, cookie)| format!("{name}={}", cookie.value))
            .collect();
        let mut request = self.http.request(method, url.clone());
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let (answer, text) = Answer::with_text(with(request)).await?;
        let lines = answer.headers.get_all(SET_COOKIE).iter();
        for line in lines.filter_map(|line| line.to_str().ok()) {
            self.keep(line);
        }
        let url = url.clone();
        Ok(Page { url, answer, text })
    }

    fn keep(&mut self, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let (mut path, mut is_over) = ("/".to_owned(), false);
        for (attribute, text) in parts.filter_map(|part| part.split_once('=')) {
            match attribute.to_ascii_lowercase().as_str() {
                "path" => text.clone_into(&mut path),
                "max-age" => is_over = text == "0",
                _ => {}
            }
        }
        self.cookies.remove(name);
        if !is_over {
            let value = value.to_owned();
            self.cookies.insert(name.to_owned(), Cookie { value, path });
        }
    }
}
