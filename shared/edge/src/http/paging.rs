//! Which part of a list is asked for (D28).

use contract::Pagination;
use domain::request::InvalidField;
use lambda_http::Request;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cursor::Cursor;
use super::error::ApiError;
use super::request::query;

const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 100;
/// How deep pages reach: a page is read with all before it, by any client (fault S8).
const MAX_DEPTH: usize = 1000;

/// A page by its number, or what comes behind a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging<P> {
    /// Items of a page, 1-100; 10 by default.
    pub limit: usize,
    /// From 1; none with a cursor.
    pub page: Option<usize>,
    /// The last item of the page before.
    pub after: Option<P>,
}

impl<P: Serialize + DeserializeOwned> Paging<P> {
    /// Reads `limit`, and `page` or the `cursor` of the list `scope`.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub fn read(request: &Request, scope: &str) -> Result<Self, ApiError> {
        let limit = limit(request)?;
        let page = number(request, "page", usize::MAX)?;
        let after = behind(request, scope)?;
        if after.is_some() && page.is_some() {
            return Err(InvalidField::new("page", "not together with a cursor").into());
        }
        if page.unwrap_or(1).saturating_mul(limit) > MAX_DEPTH {
            let constraint = format!("page times limit at most {MAX_DEPTH}; use the cursor");
            return Err(InvalidField::new("page", constraint).into());
        }
        let page = match after {
            Some(_) => None,
            None => Some(page.unwrap_or(1)),
        };
        Ok(Self { limit, page, after })
    }

    /// Items before the page, from where the list is read.
    pub fn skip(&self) -> usize {
        self.page.map_or(0, |page| (page - 1) * self.limit)
    }

    /// The envelope of a list of `total` items.
    pub fn envelope(&self, total: u64) -> Pagination {
        Pagination {
            total,
            page: self.page.map(|page| page as u64),
            limit: self.limit as u64,
            total_pages: total.div_ceil(self.limit as u64),
            is_lower_bound: None,
        }
    }
}

/// Items of a page, 1-100; 10 by default.
///
/// # Errors
///
/// The first field that breaks a rule.
pub fn limit(request: &Request) -> Result<usize, InvalidField> {
    Ok(number(request, "limit", MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT))
}

/// The position of the `cursor` of the list `scope`, if there is one.
///
/// # Errors
///
/// The first field that breaks a rule.
pub fn behind<P: Serialize + DeserializeOwned>(
    request: &Request,
    scope: &str,
) -> Result<Option<P>, InvalidField> {
    query(request, "cursor")
        .map(|text| Cursor::read(&text, scope))
        .transpose()
}

fn number(request: &Request, name: &str, most: usize) -> Result<Option<usize>, InvalidField> {
    let Some(text) = query(request, name) else {
        return Ok(None);
    };
    let number = text
        .parse()
        .ok()
        .filter(|number| (1..=most).contains(number));
    number.map(Some).ok_or_else(|| {
        let constraint = match most {
            usize::MAX => "a whole number from 1".to_owned(),
            most => format!("a whole number from 1 to {most}"),
        };
        InvalidField::new(name, constraint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::{Body, RequestExt, http};

    fn read(parameters: &[(&str, &str)]) -> Result<Paging<String>, String> {
        let parameters: std::collections::HashMap<String, String> = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let request = http::Request::builder()
            .uri("https://host/list")
            .body(Body::Empty)
            .unwrap()
            .with_query_string_parameters(parameters);
        Paging::read(&request, "list").map_err(|error| match error {
            ApiError::Validation(fault) => fault.field,
            other => panic!("{other}"),
        })
    }

    #[test]
    fn the_first_page_is_what_nobody_asks_for() {
        let paging = read(&[]).unwrap();
        assert_eq!((paging.limit, paging.page, paging.skip()), (10, Some(1), 0));
        let paging = read(&[("page", "3"), ("limit", "7")]).unwrap();
        assert_eq!((paging.limit, paging.skip()), (7, 14));
        let envelope = serde_json::to_value(paging.envelope(15)).unwrap();
        let expected = serde_json::json!({"total": 15, "page": 3, "limit": 7, "totalPages": 3});
        assert_eq!(envelope, expected);
    }

    #[test]
    fn a_cursor_begins_behind_it() {
        let cursor = Cursor::write("here".to_owned(), "list");
        let paging = read(&[("cursor", &cursor)]).unwrap();
        assert_eq!(paging.after.as_deref(), Some("here"));
        assert_eq!((paging.page, paging.skip()), (None, 0));
        let of_another = Cursor::write("here".to_owned(), "other");
        assert_eq!(read(&[("cursor", &of_another)]).unwrap_err(), "cursor");
        let both = [("cursor", cursor.as_str()), ("page", "2")];
        assert_eq!(read(&both).unwrap_err(), "page");
    }

    #[test]
    fn what_is_no_place_of_a_list_is_refused() {
        for wrong in ["0", "101", "-1", "ten", "", "1.5"] {
            assert_eq!(read(&[("limit", wrong)]).unwrap_err(), "limit", "{wrong}");
        }
        for wrong in ["0", "-1", "x", "1001", "99999999999999999999"] {
            let parameters = [("page", wrong), ("limit", "1")];
            assert_eq!(read(&parameters).unwrap_err(), "page", "{wrong}");
        }
        assert!(read(&[("page", "10"), ("limit", "100")]).is_ok());
        let deep = [("page", "11"), ("limit", "100")];
        assert_eq!(read(&deep).unwrap_err(), "page");
    }
}
