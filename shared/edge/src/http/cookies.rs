//! The cookies of a request.

use lambda_http::http::HeaderMap;
use lambda_http::http::header::COOKIE;

/// Carries the access token (D41). Its prefix makes browsers keep it to this host, to TLS
/// and to the path `/`.
pub const SESSION: &str = "__Host-session";

/// Every value of the cookies of that name; the name is compared byte by byte, as
/// browsers do.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(COOKIE).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(move |pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::http::HeaderValue;

    fn values(lines: &[&'static str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_static(line));
        }
        read(&headers, SESSION).map(str::to_owned).collect()
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        assert_eq!(values(&["a=b; __Host-session=x.y.z; c=d"]), ["x.y.z"]);
        assert_eq!(values(&["a=b", "__Host-session=x=="]), ["x=="]);
        assert_eq!(values(&["__Host-session="]), [""]);
        assert_eq!(
            values(&["__Host-session=one;__Host-session=two"]),
            ["one", "two"]
        );
        let others = ["__host-session=x", "__Host-sessions=x", "x__Host-session=y"];
        assert!(values(&others).is_empty());
        assert!(values(&["__Host-session", "__Host-session =x", ""]).is_empty());
    }
}
