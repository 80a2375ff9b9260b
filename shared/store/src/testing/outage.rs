//! A service that stops answering.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept};
use aws_sdk_dynamodb::error::BoxError;

/// How many calls are answered yet; there is no outage by default.
#[derive(Debug, Clone)]
pub struct Outage(Arc<AtomicI64>);

impl Default for Outage {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(i64::MAX)))
    }
}

impl Outage {
    /// From now on so many calls are answered; those after them fail and change nothing.
    pub fn begin_after(&self, calls: u32) {
        self.0.store(i64::from(calls), Ordering::SeqCst);
    }

    /// Every call is answered again.
    pub fn end(&self) {
        self.0.store(i64::MAX, Ordering::SeqCst);
    }
}

impl Intercept for Outage {
    fn name(&self) -> &'static str {
        "Outage"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.0.fetch_sub(1, Ordering::SeqCst) > 0 {
            Ok(())
        } else {
            Err("the service does not answer".into())
        }
    }
}
