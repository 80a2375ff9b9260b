//! Every route of the API: its function, who may call it, what comes in and goes out.

use std::fmt;

use domain::idempotency;
use serde_json::Value;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{RefOr, Required};
use utoipa::{IntoParams, ToSchema};

use crate::error::ErrorCode;
use crate::{
    account, administration, films, gallery, health, live, sign_in, spending, storyboards, takes,
    transcodes, uploads, webhooks,
};

/// A method that routes are made with. What answers `Get` answers `HEAD` as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or acts.
    Post,
    /// Changes.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody; nobody is asked who they are.
    Anyone,
    /// Anybody; who is signed in may see more.
    Optional,
    /// Who is signed in.
    SignedIn,
    /// Administrators (D31).
    Admin,
    /// The provider, by its signature.
    Provider,
}

/// Everything that a type's schema needs: itself, and those it refers to. The table of
/// operations names the function that makes it: who looks up a route makes none.
pub(crate) struct Shape {
    pub(crate) name: String,
    pub(crate) schema: RefOr<Schema>,
    pub(crate) others: Vec<(String, RefOr<Schema>)>,
}

impl Shape {
    pub(crate) fn of<T: ToSchema>() -> Self {
        let mut others = Vec::new();
        T::schemas(&mut others);
        Self {
            name: T::name().into_owned(),
            schema: T::schema(),
            others,
        }
    }
}

/// One answer that is no failure.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) description: &'static str,
    pub(crate) content: Content,
}

#[derive(Clone)]
pub(crate) enum Content {
    Json(fn() -> Shape),
    /// Text of this media type.
    Text(&'static str),
    /// A `Location` header alone.
    Redirect,
}

/// What a request's body is.
#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) shape: fn() -> Shape,
    pub(crate) is_required: bool,
}

/// A route.
#[derive(Clone)]
pub struct Operation {
    /// The function that answers it; also the operation's id.
    pub function: &'static str,
    /// Its method.
    pub method: Method,
    /// Its path, `{name}` for what varies.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    pub(crate) summary: &'static str,
    pub(crate) tag: &'static str,
    parameters: Vec<fn() -> Vec<Parameter>>,
    pub(crate) body: Option<Body>,
    pub(crate) replies: Vec<Reply>,
    errors: Vec<ErrorCode>,
}

impl Operation {
    pub(crate) fn new(
        function: &'static str,
        method: Method,
        path: &'static str,
        access: Access,
        summary: &'static str,
    ) -> Self {
        Self {
            function,
            method,
            path,
            access,
            summary,
            tag: "",
            parameters: Vec::new(),
            body: None,
            replies: Vec::new(),
            errors: Vec::new(),
        }
    }

    pub(crate) fn tagged(mut self, tag: &'static str) -> Self {
        self.tag = tag;
        self
    }

    pub(crate) fn query<T: IntoParams>(mut self) -> Self {
        self.parameters.push(|| T::into_params(|| None));
        self
    }

    pub(crate) fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(Body {
            shape: Shape::of::<T>,
            is_required: true,
        });
        self
    }

    pub(crate) fn may_take<T: ToSchema>(mut self) -> Self {
        self.body = Some(Body {
            shape: Shape::of::<T>,
            is_required: false,
        });
        self
    }

    pub(crate) fn answers<T: ToSchema>(self, status: u16, description: &'static str) -> Self {
        self.replies(status, description, Content::Json(Shape::of::<T>))
    }

    pub(crate) fn replies(
        mut self,
        status: u16,
        description: &'static str,
        content: Content,
    ) -> Self {
        self.replies.push(Reply {
            status,
            description,
            content,
        });
        self
    }

    /// Codes of its own, beside those that its access, path and body bring.
    pub(crate) fn fails(mut self, codes: &[ErrorCode]) -> Self {
        self.errors.extend(codes);
        self
    }

    /// Answers a request that is repeated with the same key as the first time (D42).
    pub(crate) fn idempotent(mut self) -> Self {
        self.parameters.push(idempotency_key);
        self.fails(&[
            ErrorCode::Conflict,
            ErrorCode::IdempotencyInFlight,
            ErrorCode::IdempotencyMismatch,
        ])
    }

    /// What comes in its query and headers.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = Parameter> {
        self.parameters.iter().flat_map(|described| described())
    }

    /// Names of what varies in its path, in order.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        let segments = self.path.split('/');
        segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Whether a path is this route's; `{name}` stands for any one segment.
    pub fn serves(&self, path: &str) -> bool {
        let mut route = self.path.split('/');
        let mut path = path.split('/');
        loop {
            match (route.next(), path.next()) {
                (None, None) => return true,
                (Some(pattern), Some(segment)) => {
                    let varies = pattern.starts_with('{') && !segment.is_empty();
                    if pattern != segment && !varies {
                        return false;
                    }
                }
                _ => return false,
            }
        }
    }

    /// A body that is right, if it takes one.
    pub fn example(&self) -> Option<Value> {
        let shape = (self.body.as_ref()?.shape)();
        let RefOr::T(Schema::Object(schema)) = shape.schema else {
            return None;
        };
        schema.examples.first().cloned()
    }

    /// Every code that it may fail with, each once. A status that it answers with a body of
    /// its own is no failure.
    pub fn errors(&self) -> Vec<ErrorCode> {
        use ErrorCode::*;
        let mut codes = self.errors.clone();
        codes.extend([InvalidRequest, InternalError, ServiceUnavailable]);
        match self.access {
            Access::Anyone => {}
            Access::Provider => codes.push(Unauthorized),
            Access::Optional | Access::SignedIn => codes.extend([Unauthorized, RateLimitExceeded]),
            Access::Admin => codes.extend([Unauthorized, RateLimitExceeded, Forbidden]),
        }
        // A page of another site may not write by the session's cookie (D41).
        if self.method != Method::Get && matches!(self.access, Access::Optional | Access::SignedIn)
        {
            codes.push(Forbidden);
        }
        if self.path_parameters().next().is_some() {
            codes.push(NotFound);
        }
        if !self.parameters.is_empty() {
            codes.push(ValidationError);
        }
        if self.body.is_some() {
            codes.extend([ValidationError, PayloadTooLarge, UnsupportedMediaType]);
        }
        codes.retain(|code| {
            let mut replies = self.replies.iter();
            replies.all(|reply| reply.status != code.status())
        });
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

fn idempotency_key() -> Vec<Parameter> {
    let key = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some("^[!-~]+$"));
    let parameter = ParameterBuilder::new()
        .name(idempotency::HEADER)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Any key of your own. For a day the same request with the same key has the same \
             answer, then marked `Idempotency-Replayed: true`, and creates nothing more.",
        ))
        .schema(Some(key));
    vec![parameter.build()]
}

/// Every route, in the order of the documentation.
pub fn operations() -> Vec<Operation> {
    let groups = [
        ("Service", health::operations()),
        ("Sign-in", sign_in::operations()),
        ("Account", account::operations()),
        ("Account", live::operations()),
        ("Films", films::operations()),
        ("Films", storyboards::operations()),
        ("Films", takes::operations()),
        ("Uploads", uploads::operations()),
        ("Gallery", gallery::operations()),
        ("Transcodes", transcodes::operations()),
        ("Webhooks", webhooks::operations()),
        ("Administration", administration::operations()),
        ("Administration", spending::operations()),
    ];
    let tagged = groups.into_iter().flat_map(|(tag, operations)| {
        operations
            .into_iter()
            .map(|operation| operation.tagged(tag))
    });
    tagged.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_stands_once_and_has_an_answer() {
        let mut seen = std::collections::BTreeSet::new();
        for operation in operations() {
            assert!(seen.insert((operation.method, operation.path)));
            assert!(!operation.replies.is_empty(), "{}", operation.function);
            assert!(operation.serves(operation.path));
        }
    }

    #[test]
    fn a_status_with_a_body_of_its_own_is_no_failure() {
        let health = operations()
            .into_iter()
            .find(|route| route.function == "health");
        let codes = health.unwrap().errors();
        assert!(!codes.contains(&ErrorCode::ServiceUnavailable), "{codes:?}");
        assert!(codes.contains(&ErrorCode::InternalError), "{codes:?}");
    }

    #[test]
    fn a_path_is_a_routes_segment_by_segment() {
        let serves = |path: &str| {
            let found = operations().into_iter().find(|route| route.serves(path));
            found.map(|route| route.path)
        };
        assert_eq!(serves("/api/v1/jobs/abc"), Some("/api/v1/jobs/{id}"));
        for path in [
            "/",
            "/api/v1/jobs/",
            "/api/v1/jobs/a/b/c",
            "/API/v1/jobs",
            "/api/v1/me ",
        ] {
            assert_eq!(serves(path), None, "{path}");
        }
    }
}
