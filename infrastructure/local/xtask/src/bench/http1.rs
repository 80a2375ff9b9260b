//! As much of HTTP/1.1 as a Runtime API and a relay need.

use std::io::{BufRead, Write};

use anyhow::{Context, Result};

/// A request or a response, its body in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// The first line: a request's method and path, or a response's status.
    pub(super) first: String,
    /// Without those that tell where the body ends.
    headers: Vec<(String, String)>,
    /// The body.
    pub(super) body: Vec<u8>,
}

impl Message {
    /// A message of our own.
    pub(super) fn new(first: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            first: first.to_owned(),
            headers: headers.iter().map(owned).collect(),
            body: body.to_vec(),
        }
    }

    /// The next message; none when the other side has hung up.
    pub(super) fn read(reader: &mut impl BufRead) -> Result<Option<Self>> {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(None);
        }
        let mut headers = Vec::new();
        while let Some(header) = read_header(reader)? {
            headers.push(header);
        }
        let mut message = Self {
            first: first.trim_end().to_owned(),
            headers,
            body: Vec::new(),
        };
        message.body = match message.header("content-length") {
            Some(length) => read_exactly(reader, length.parse()?)?,
            None if message.header("transfer-encoding") == Some("chunked") => read_chunks(reader)?,
            None => Vec::new(),
        };
        let is_framing = |name: &str| ["content-length", "transfer-encoding"].contains(&name);
        message.headers.retain(|(name, _)| !is_framing(name));
        Ok(Some(message))
    }

    /// Sends it in one piece: a second small write would wait for the first one's
    /// acknowledgement.
    pub(super) fn write(&self, stream: &mut impl Write) -> Result<()> {
        let headers = self.headers.iter();
        let headers: String = headers
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = format!(
            "{}\r\n{headers}content-length: {}\r\n\r\n",
            self.first,
            self.body.len()
        );
        Ok(stream.write_all(&[head.as_bytes(), &self.body].concat())?)
    }

    /// A header, by its name in lower case.
    pub(super) fn header(&self, wanted: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(name, _)| name == wanted)?;
        Some(value)
    }

    /// The path of a request.
    pub(super) fn path(&self) -> &str {
        self.first.split(' ').nth(1).unwrap_or_default()
    }
}

fn read_header(reader: &mut impl BufRead) -> Result<Option<(String, String)>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let header = line.trim().split_once(':');
    Ok(header.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())))
}

fn read_exactly(reader: &mut impl BufRead, length: usize) -> Result<Vec<u8>> {
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(body)
}

fn read_chunks(reader: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size)?;
        let length = usize::from_str_radix(size.trim(), 16).context("a chunk without a size")?;
        body.extend(read_exactly(reader, length)?);
        read_exactly(reader, 2)?;
        if length == 0 {
            return Ok(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Message> {
        Message::read(&mut text.as_bytes()).expect("readable")
    }

    #[test]
    fn both_ways_of_sending_a_body_are_read() {
        let sized = read("POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nok").expect("one");
        assert_eq!((sized.path(), sized.body.as_slice()), ("/a", &b"ok"[..]));
        let chunked = "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        assert_eq!(read(chunked).expect("one").body, b"abcde");
        assert!(read("").is_none());
    }

    #[test]
    fn a_message_is_passed_on_with_its_body_in_one_piece() {
        let chunked = "HTTP/1.1 200 OK\r\nX-Note: a:b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
        let mut written = Vec::new();
        read(chunked)
            .expect("one")
            .write(&mut written)
            .expect("written");
        let expected = "HTTP/1.1 200 OK\r\nx-note: a:b\r\ncontent-length: 2\r\n\r\nok";
        assert_eq!(String::from_utf8_lossy(&written), expected);
    }
}
