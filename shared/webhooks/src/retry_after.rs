//! How long a receiver asks to be left alone.

use std::time::{Duration, UNIX_EPOCH};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// What a busy receiver's `Retry-After` asks for (RFC 9110, 10.2.3), in seconds or by a date,
/// counted from `now`, which is in seconds since 1970. Nothing where it cannot be read, or
/// the date is past.
pub(crate) fn retry_after(status: StatusCode, headers: &HeaderMap, now: i64) -> Option<Duration> {
    let is_busy = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    if !is_busy {
        return None;
    }
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let seconds = match is_number(text) {
        // More than can be counted is as much as can be.
        true => text.parse().unwrap_or(u64::MAX),
        false => seconds_until(text, now)?,
    };
    Some(Duration::from_secs(seconds))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn seconds_until(date: &str, now: i64) -> Option<u64> {
    let date = httpdate::parse_http_date(date).ok()?;
    let date = date.duration_since(UNIX_EPOCH).ok()?.as_secs();
    date.checked_sub(u64::try_from(now).ok()?)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    /// 2026-11-20, 12:00 UTC.
    const NOW: i64 = 1_795_176_000;

    fn asked(status: u16, header: &[u8]) -> Option<u64> {
        let value = HeaderValue::from_bytes(header).unwrap();
        let headers = HeaderMap::from_iter([(RETRY_AFTER, value)]);
        let status = StatusCode::from_u16(status).unwrap();
        retry_after(status, &headers, NOW).map(|asked| asked.as_secs())
    }

    #[test]
    fn it_is_read_in_seconds_and_in_every_form_of_a_date() {
        for (text, seconds) in [
            ("0", Some(0)),
            ("120", Some(120)),
            ("Fri, 20 Nov 2026 12:05:00 GMT", Some(300)),
            ("Friday, 20-Nov-26 12:05:00 GMT", Some(300)),
            ("Fri Nov 20 12:05:00 2026", Some(300)),
            ("Fri, 20 Nov 2026 12:00:00 GMT", Some(0)),
            ("Fri, 20 Nov 2026 11:59:59 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT", None),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(251_607_124_799)),
            ("99999999999", Some(99_999_999_999)),
            ("99999999999999999999999", Some(u64::MAX)),
        ] {
            assert_eq!(asked(503, text.as_bytes()), seconds, "{text}");
        }
    }

    #[test]
    fn nonsense_asks_for_nothing() {
        for text in [
            "",
            "soon",
            "-5",
            "+5",
            "1.5",
            "5 minutes",
            "2026-11-20T12:05:00Z",
            "Fri, 32 Nov 2026 12:05:00 GMT",
        ] {
            assert_eq!(asked(503, text.as_bytes()), None, "{text}");
        }
        assert_eq!(asked(503, b"\xff"), None);
        let none = HeaderMap::new();
        let status = StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(retry_after(status, &none, NOW), None);
    }

    #[test]
    fn only_a_busy_receiver_is_left_alone() {
        for (status, seconds) in [
            (429, Some(7)),
            (503, Some(7)),
            (200, None),
            (301, None),
            (410, None),
            (500, None),
        ] {
            assert_eq!(asked(status, b"7"), seconds, "{status}");
        }
    }
}
