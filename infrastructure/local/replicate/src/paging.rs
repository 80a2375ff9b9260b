//! Pages of 100 with `next` and `previous`, as all lists of the API have them.

use serde_json::{Value, json};

/// Entries on one page.
pub(crate) const PAGE_SIZE: usize = 100;

/// A page of `entries`, where `cursor` is the id the page starts with.
/// `link` makes the URL of the page that starts with an id.
///
/// Entries that are added at the front do not move a page: it hangs on an id.
pub(crate) fn page<T>(
    entries: &[T],
    cursor: Option<&str>,
    id_of: impl Fn(&T) -> &str,
    show: impl Fn(&T) -> Value,
    link: impl Fn(&str) -> String,
) -> Value {
    let start = match cursor {
        Some(cursor) => entries
            .iter()
            .position(|entry| id_of(entry) == cursor)
            .unwrap_or(entries.len()),
        None => 0,
    };
    let end = entries.len().min(start + PAGE_SIZE);
    let next = entries.get(end).map(|entry| link(id_of(entry)));
    let previous = (start > 0)
        .then(|| entries.get(start.saturating_sub(PAGE_SIZE)))
        .flatten()
        .map(|entry| link(id_of(entry)));
    let results: Vec<Value> = entries[start..end].iter().map(show).collect();
    json!({"next": next, "previous": previous, "results": results})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(cursor: Option<&str>) -> Value {
        let entries: Vec<String> = (0..250).map(|n| n.to_string()).collect();
        page(
            &entries,
            cursor,
            |entry| entry,
            |entry| json!(entry),
            |id| format!("/list?cursor={id}"),
        )
    }

    #[test]
    fn the_first_page_has_a_next_and_no_previous() {
        let page = numbered(None);
        assert_eq!(page["results"].as_array().unwrap().len(), 100);
        assert_eq!(page["next"], "/list?cursor=100");
        assert_eq!(page["previous"], Value::Null);
    }

    #[test]
    fn the_last_page_is_short() {
        let page = numbered(Some("200"));
        assert_eq!(page["results"].as_array().unwrap().len(), 50);
        assert_eq!(page["next"], Value::Null);
        assert_eq!(page["previous"], "/list?cursor=100");
    }

    #[test]
    fn an_unknown_cursor_gives_an_empty_page() {
        assert_eq!(numbered(Some("999"))["results"], json!([]));
    }
}
