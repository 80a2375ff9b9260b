//! Routes stand in four places: the contract, the template, the router of `cargo
//! lambda watch`, and the events.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use crate::sources::{self, Route};

#[test]
fn the_watch_router_serves_the_templates_routes() -> Result<()> {
    let (routes, rest) = watch_router()?;
    assert_eq!(routes, sources::template_routes()?);
    assert_eq!(rest, sources::default_function()?);
    Ok(())
}

/// What answers `GET` answers `HEAD`.
#[test]
fn the_contract_describes_every_route_and_no_other() -> Result<()> {
    let mut described = BTreeMap::new();
    for operation in contract::operations() {
        let route = |method: &str| (method.to_owned(), operation.path.to_owned());
        described.insert(
            route(operation.method.as_str()),
            operation.function.to_owned(),
        );
        if operation.method == contract::Method::Get {
            described.insert(route("HEAD"), operation.function.to_owned());
        }
    }
    assert_eq!(sources::template_routes()?, described);
    Ok(())
}

#[test]
fn every_folder_is_a_function_of_the_template() -> Result<()> {
    let in_template: BTreeSet<String> = sources::template_functions()?.into_keys().collect();
    assert_eq!(sources::functions()?, in_template);
    Ok(())
}

/// The router's routes, and the function that takes all the rest.
fn watch_router() -> Result<(BTreeMap<Route, String>, Option<String>)> {
    let manifest: toml::Table = sources::text("Cargo.toml")?.parse()?;
    let mut router = &toml::Value::Table(manifest);
    for key in ["workspace", "metadata", "lambda", "watch", "router"] {
        router = router.get(key).with_context(|| format!("no {key}"))?;
    }
    let (mut routes, mut rest) = (BTreeMap::new(), None);
    for (path, served_by) in router.as_table().context("the router is no table")? {
        if let Some(function) = served_by.as_str() {
            assert_eq!(path, "/{*path}", "a route without methods");
            rest = Some(function.to_owned());
            continue;
        }
        for entry in served_by.as_array().context("no list of methods")? {
            let field = |name: &str| {
                let value = entry.get(name).and_then(toml::Value::as_str);
                value
                    .map(str::to_owned)
                    .with_context(|| format!("{path} has no {name}"))
            };
            routes.insert((field("method")?, path.clone()), field("function")?);
        }
    }
    Ok((routes, rest))
}
