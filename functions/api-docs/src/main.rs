//! `GET /api/v1/docs`: the API's documentation to browse and to try, made of its
//! `OpenAPI` document by Swagger UI, which is built in: no other host is asked.

use std::sync::Arc;

use config::Bootstrap;
use edge::http::{ApiError, Error, Reply, Request, path_after};
use utoipa_swagger_ui::Config;

/// What the page may load: its own files alone. Swagger UI sets styles and pictures
/// in place.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    Bootstrap::begin().finish()?;

    edge::http::public("api-docs", |request| async move { handle(&request) }).await
}

/// The page's addresses are relative, so that it works below any prefix.
fn handle(request: &Request) -> Result<Reply, ApiError> {
    let Some(file) = path_after(request, "docs") else {
        return Ok(Reply::found("docs/index.html".to_owned()));
    };
    let config = Arc::new(Config::from("../openapi.json"));
    let served = utoipa_swagger_ui::serve(file, config)
        .map_err(|error| ApiError::Internal(error.to_string().into()))?;
    let file = served.ok_or(ApiError::NotFound("File"))?;
    let reply = Reply::file(&file.content_type, file.bytes.into_owned());
    Ok(reply.with_header("content-security-policy", POLICY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge::http::testing::{answer, request, response};
    use serde_json::Value;

    fn get(path: &str) -> Result<Reply, ApiError> {
        handle(&request("GET", path, &Value::Null))
    }

    #[test]
    fn the_page_is_made_of_its_own_files() {
        let page = response(get("/api/v1/docs"));
        assert_eq!(page.headers()["location"], "docs/index.html");
        let index = response(get("/api/v1/docs/index.html"));
        assert_eq!(index.headers()["content-type"], "text/html");
        let html = String::from_utf8_lossy(index.body()).into_owned();
        let named = html
            .split(['"', '\''])
            .filter_map(|text| text.strip_prefix("./"));
        let mut count = 0;
        for file in named {
            let served = response(get(&format!("/api/v1/docs/{file}")));
            assert_eq!(served.status(), 200, "{file}");
            count += 1;
        }
        assert!(count >= 4, "{html}");
        assert!(!html.contains("https://"), "{html}");
    }

    #[test]
    fn it_reads_the_document_beside_it() {
        let script = response(get("/api/v1/docs/swagger-initializer.js"));
        assert!(String::from_utf8_lossy(script.body()).contains("\"../openapi.json\""));
    }

    #[test]
    fn another_file_is_not_there() {
        for path in ["/api/v1/docs/main.rs", "/api/v1/docs/%2e%2e"] {
            assert_eq!(answer(get(path)).0, 404, "{path}");
        }
    }
}
