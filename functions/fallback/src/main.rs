//! The `$default` route: 404 for a path that is not served, 405 for a method a path
//! does not know, both in the contract's body.

use config::Bootstrap;
use contract::Method;
use edge::http::{ApiError, Error, Reply, Request, raw_path};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    Bootstrap::begin().finish()?;

    edge::http::public("fallback", |request| async move { handle(&request) }).await
}

fn handle(request: &Request) -> Result<Reply, ApiError> {
    let methods = methods_of(raw_path(request));
    if methods.is_empty() {
        return Err(ApiError::NotFound("Route"));
    }
    Err(ApiError::MethodNotAllowed {
        allow: methods.join(", "),
    })
}

/// What a path answers to; where it answers `GET` it answers `HEAD` too. A route of that
/// very path goes before those with a name in it.
fn methods_of(path: &str) -> Vec<&'static str> {
    let mut operations = contract::operations();
    operations.retain(|operation| operation.serves(path));
    if operations.iter().any(|operation| operation.path == path) {
        operations.retain(|operation| operation.path == path);
    }
    let mut methods = Vec::new();
    for operation in operations {
        methods.push(operation.method.as_str());
        if operation.method == Method::Get {
            methods.push("HEAD");
        }
    }
    methods.sort_unstable();
    methods
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_path_names_its_methods() {
        assert_eq!(methods_of("/api/v1/jobs"), ["GET", "HEAD", "POST"]);
        assert_eq!(methods_of("/api/v1/jobs/abc"), ["DELETE", "GET", "HEAD"]);
        assert_eq!(methods_of("/api/v1/jobs/abc/video"), ["GET", "HEAD"]);
        assert_eq!(methods_of("/api/v1/jobs/abc/scenes/2/take"), ["PUT"]);
        assert_eq!(methods_of("/api/v1/webhooks/abc"), ["DELETE", "PUT"]);
        assert_eq!(methods_of("/api/v1/webhooks/replicate"), ["POST"]);
        assert_eq!(methods_of("/api/v1/live"), ["POST"]);
    }

    #[test]
    fn an_unknown_path_has_none() {
        for path in [
            "/",
            "/api/v1",
            "/api/v1/jobs/",
            "/api/v1/jobs/a/b/c",
            "/API/v1/jobs",
            "/api/v1/me ",
            "/api/v1/me%20",
        ] {
            assert!(methods_of(path).is_empty(), "{path}");
        }
    }
}
