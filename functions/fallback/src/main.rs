//! The `$default` route: 404 for a path nobody serves, 405 for a method a path
//! does not know, both in the contract's body.

use config::Bootstrap;
use edge::http::{ApiError, Error, Reply, Request, raw_path};

/// Every route of the API. A test holds this list against the template.
const ROUTES: &[(&str, &str)] = &[
    ("GET", "/api/v1/health"),
    ("HEAD", "/api/v1/health"),
    ("GET", "/api/v1/me"),
    ("HEAD", "/api/v1/me"),
    ("GET", "/api/v1/jobs"),
    ("HEAD", "/api/v1/jobs"),
    ("POST", "/api/v1/jobs"),
    ("GET", "/api/v1/jobs/{id}"),
    ("HEAD", "/api/v1/jobs/{id}"),
    ("GET", "/api/v1/jobs/{id}/video"),
    ("HEAD", "/api/v1/jobs/{id}/video"),
    ("POST", "/api/v1/webhooks/replicate"),
    ("POST", "/api/upload/generate-url"),
    ("POST", "/api/upload/confirm"),
    ("POST", "/api/upload/multipart"),
    ("POST", "/api/upload/multipart/{id}/parts"),
    ("GET", "/api/upload/multipart/{id}/parts"),
    ("HEAD", "/api/upload/multipart/{id}/parts"),
    ("POST", "/api/upload/multipart/{id}/complete"),
    ("DELETE", "/api/upload/multipart/{id}"),
    ("GET", "/api/gallery/videos"),
    ("HEAD", "/api/gallery/videos"),
    ("POST", "/api/gallery/videos"),
    ("GET", "/api/gallery/videos/{id}"),
    ("HEAD", "/api/gallery/videos/{id}"),
    ("PUT", "/api/gallery/videos/{id}"),
    ("DELETE", "/api/gallery/videos/{id}"),
    ("GET", "/api/gallery/videos/{id}/stream"),
    ("HEAD", "/api/gallery/videos/{id}/stream"),
    ("GET", "/api/gallery/videos/{id}/hls/{playlist}"),
    ("HEAD", "/api/gallery/videos/{id}/hls/{playlist}"),
    ("GET", "/api/jobs"),
    ("HEAD", "/api/jobs"),
    ("POST", "/api/jobs"),
    ("GET", "/api/jobs/{id}"),
    ("HEAD", "/api/jobs/{id}"),
    ("GET", "/api/jobs/{id}/assets"),
    ("HEAD", "/api/jobs/{id}/assets"),
    ("GET", "/api/jobs/{id}/assets/{assetId}/download"),
    ("HEAD", "/api/jobs/{id}/assets/{assetId}/download"),
    ("GET", "/api/jobs/admin/all"),
    ("HEAD", "/api/jobs/admin/all"),
    ("GET", "/api/jobs/admin/stats"),
    ("HEAD", "/api/jobs/admin/stats"),
    ("POST", "/api/jobs/admin/restart-failed"),
    ("DELETE", "/api/jobs/admin/cleanup-old"),
    ("GET", "/api/jobs/admin/dead-letters"),
    ("HEAD", "/api/jobs/admin/dead-letters"),
    ("POST", "/api/jobs/admin/dead-letters/redrive"),
    ("POST", "/api/jobs/admin/dead-letters/discard"),
];

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

fn methods_of(path: &str) -> Vec<&'static str> {
    ROUTES
        .iter()
        .filter(|(_, route)| matches(route, path))
        .map(|(method, _)| *method)
        .collect()
}

/// Whether a path is the route's; `{name}` stands for any one segment.
fn matches(route: &str, path: &str) -> bool {
    let route: Vec<&str> = route.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    route.len() == path.len()
        && route.iter().zip(&path).all(|(pattern, segment)| {
            pattern == segment || (pattern.starts_with('{') && !segment.is_empty())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_path_names_its_methods() {
        assert_eq!(methods_of("/api/v1/jobs"), ["GET", "HEAD", "POST"]);
        assert_eq!(methods_of("/api/v1/jobs/abc"), ["GET", "HEAD"]);
        assert_eq!(methods_of("/api/v1/jobs/abc/video"), ["GET", "HEAD"]);
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
