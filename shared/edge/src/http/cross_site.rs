//! Writes that a page of another site makes a browser send with our cookies (D20, D41).

use config::Bootstrap;
use tower::Layer;
use tower_http::csrf::{ConfigError, CsrfLayer};

use super::error::ApiError;
use super::layers::{Route, refuse};

/// Refuses such writes, by what the browser says of their origin. A request that says
/// nothing of it is no modern browser's and passes.
#[derive(Debug, Clone, Default)]
pub struct CrossSite {
    check: CsrfLayer,
}

impl CrossSite {
    /// Trusts the site's origins, `TRUSTED_ORIGINS`, divided by commas; by default none but
    /// the API's own.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let environment = bootstrap.environment();
        let origins = environment.optional("TRUSTED_ORIGINS").unwrap_or_default();
        Self::new(&origins).unwrap_or_else(|error| {
            environment.fault(format!(
                "Environment variable TRUSTED_ORIGINS is malformed: {error}"
            ));
            Self::default()
        })
    }

    /// Trusts these origins, divided by commas; empty ones are skipped.
    ///
    /// # Errors
    ///
    /// One of them is not a scheme and a host.
    pub fn new(origins: &str) -> Result<Self, ConfigError> {
        let mut origins = origins.split(',').map(str::trim);
        let check = origins.try_fold(CsrfLayer::new(), |check, origin| match origin {
            "" => Ok(check),
            origin => check.add_trusted_origin(origin),
        })?;
        Ok(Self { check })
    }

    /// The route, for requests that are not cross-site writes.
    pub(super) fn guard(&self, route: Route) -> Route {
        let check = self.check.clone();
        let check = check.with_rejection_response(|_| refuse(ApiError::CrossSite));
        Route::new(check.layer(route))
    }
}
