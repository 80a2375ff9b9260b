//! The `OpenAPI` 3.1 document, made of the operations.

use std::collections::BTreeMap;

use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::tag::Tag;
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HeaderBuilder, InfoBuilder, OpenApi, OpenApiBuilder,
    PathItem, Ref, RefOr, Required, Response, ResponseBuilder, Server,
};

use domain::webhook::EventType;

use crate::error::{ErrorBody, ErrorCode};
use crate::operation::{Access, Content, Method, Operation, Shape, operations};
use crate::webhooks::{EVENTS, WebhookEvent};

const BEARER: &str = "bearer";
const SESSION: &str = "session";

/// The document.
pub fn document() -> OpenApi {
    let operations = operations();
    let mut paths = PathsBuilder::new();
    for operation in &operations {
        let item = PathItem::new(method(operation.method), described(operation));
        paths = paths.path(operation.path, item);
    }
    let info = InfoBuilder::new()
        .title("OmniGen")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "A prompt becomes a finished film; an upload becomes every rendition in a gallery. \
             Every `GET` also answers `HEAD`.",
        ))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("../..")]))
        .paths(paths)
        .webhooks(Some(webhooks()))
        .tags(Some(tags(&operations)))
        .components(Some(components(&operations)))
        .build()
}

/// The document as it is served and committed: `shared/contract/openapi.json`.
///
/// # Errors
///
/// None is known.
pub fn text() -> Result<String, serde_json::Error> {
    let mut text = document().to_pretty_json()?;
    text.push('\n');
    Ok(text)
}

/// What clients' webhooks are posted, by type.
fn webhooks() -> PathsBuilder {
    let paths = EVENTS.iter().map(|(event_type, summary)| {
        let item = PathItem::new(HttpMethod::Post, posted(*event_type, summary));
        (event_type.as_str(), item)
    });
    paths.fold(PathsBuilder::new(), |webhooks, (name, item)| {
        webhooks.path(name, item)
    })
}

fn posted(event_type: EventType, summary: &str) -> utoipa::openapi::path::Operation {
    let body = RequestBodyBuilder::new()
        .content("application/json", json(Shape::of::<WebhookEvent>))
        .required(Some(Required::True));
    let mut posted = OperationBuilder::new()
        .operation_id(Some(format!("event-{}", event_type.as_str())))
        .summary(Some(summary))
        .tag("Webhooks")
        .request_body(Some(body.build()))
        .response("2XX", ResponseBuilder::new().description("It was taken"));
    let headers = [
        ("webhook-id", "The event's name, the same in each attempt"),
        (
            "webhook-timestamp",
            "When it is sent, in seconds since 1970",
        ),
        (
            "webhook-signature",
            "`v1,` and a signature, once for each secret",
        ),
    ];
    for (name, description) in headers {
        let header = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
        posted = posted.parameter(header);
    }
    posted.build()
}

/// The groups in the order of the operations, which pages show them in.
fn tags(operations: &[Operation]) -> Vec<Tag> {
    let mut names: Vec<&str> = operations.iter().map(|operation| operation.tag).collect();
    names.dedup();
    names.into_iter().map(Tag::new).collect()
}

fn method(method: Method) -> HttpMethod {
    match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Put => HttpMethod::Put,
        Method::Delete => HttpMethod::Delete,
    }
}

fn described(operation: &Operation) -> utoipa::openapi::path::Operation {
    let mut described = OperationBuilder::new()
        .operation_id(Some(operation_id(operation)))
        .summary(Some(operation.summary))
        .tag(operation.tag);
    for name in operation.path_parameters() {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(path_schema(name)));
        described = described.parameter(parameter);
    }
    for parameter in operation.parameters() {
        described = described.parameter(parameter);
    }
    if let Some(body) = &operation.body {
        let required = match body.is_required {
            true => Required::True,
            false => Required::False,
        };
        let body = RequestBodyBuilder::new()
            .content("application/json", json(body.shape))
            .required(Some(required));
        described = described.request_body(Some(body.build()));
    }
    for reply in &operation.replies {
        described = described.response(
            reply.status.to_string(),
            success(reply.description, &reply.content),
        );
    }
    for (status, codes) in by_status(&operation.errors()) {
        described = described.response(status.to_string(), failure(&codes));
    }
    for requirement in security(operation.access) {
        described = described.security(requirement);
    }
    described.build()
}

/// The function's name; where one function serves two routes, with what varies.
fn operation_id(operation: &Operation) -> String {
    let function = operation.function;
    match (
        function,
        operation.method,
        operation.path_parameters().last(),
    ) {
        (_, _, Some("file")) => format!("{function}-file"),
        ("auth-login", Method::Post, _) => format!("{function}-post"),
        _ => function.to_owned(),
    }
}

fn path_schema(name: &str) -> Schema {
    let text = ObjectBuilder::new().schema_type(Type::String);
    match name {
        "playlist" | "file" => text.build().into(),
        "index" => ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .build()
            .into(),
        _ => text
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .build()
            .into(),
    }
}

fn json(shape: fn() -> Shape) -> utoipa::openapi::Content {
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(shape().name)))
        .build()
}

fn success(description: &str, content: &Content) -> Response {
    let response = ResponseBuilder::new().description(description);
    match content {
        Content::Json(shape) => response.content("application/json", json(*shape)).build(),
        Content::Text(media_type) => response
            .content(*media_type, ContentBuilder::new().build())
            .build(),
        Content::Redirect => {
            let header =
                HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String)));
            response.header("Location", header.build()).build()
        }
    }
}

fn failure(codes: &[ErrorCode]) -> Response {
    let codes: Vec<String> = codes
        .iter()
        .map(|code| format!("`{}`", code.as_str()))
        .collect();
    ResponseBuilder::new()
        .description(codes.join(", "))
        .content("application/json", json(Shape::of::<ErrorBody>))
        .build()
}

fn by_status(codes: &[ErrorCode]) -> BTreeMap<u16, Vec<ErrorCode>> {
    let mut by_status: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status()).or_default().push(*code);
    }
    by_status
}

/// What a caller shows: any one of these.
fn security(access: Access) -> Vec<SecurityRequirement> {
    let scheme = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
    match access {
        Access::Anyone | Access::Provider => Vec::new(),
        Access::Optional => vec![
            SecurityRequirement::default(),
            scheme(BEARER),
            scheme(SESSION),
        ],
        Access::SignedIn | Access::Admin => vec![scheme(BEARER), scheme(SESSION)],
    }
}

fn components(operations: &[Operation]) -> utoipa::openapi::Components {
    let mut schemas: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
    let events = Shape::of::<WebhookEvent>();
    for shape in operations.iter().flat_map(shapes).chain([events]) {
        schemas.insert(shape.name, shape.schema);
        schemas.extend(shape.others);
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("An access or ID token of the user pool."));
    let session = ApiKey::Cookie(ApiKeyValue::with_description(
        "__Host-session",
        "Set by signing in at `/api/v1/auth/login`.",
    ));
    ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(BEARER, SecurityScheme::Http(bearer.build()))
        .security_scheme(SESSION, SecurityScheme::ApiKey(session))
        .build()
}

fn shapes(operation: &Operation) -> Vec<Shape> {
    let mut shapes = vec![Shape::of::<ErrorBody>()];
    shapes.extend(operation.body.iter().map(|body| (body.shape)()));
    for reply in &operation.replies {
        if let Content::Json(shape) = reply.content {
            shapes.push(shape());
        }
    }
    shapes
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn what_is_committed_and_served_is_the_contract() {
        let committed: Value = serde_json::from_str(include_str!("../openapi.json")).unwrap();
        let is_same = committed == serde_json::to_value(document()).unwrap();
        assert!(is_same, "run `cargo xtask openapi` and commit the file");
    }
}
