//! A service that stops answering.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;

/// How many calls are answered yet; there is no outage by default.
#[derive(Debug, Clone)]
pub struct Outage {
    left: Arc<AtomicI64>,
    loses_answers: Arc<AtomicBool>,
}

impl Default for Outage {
    fn default() -> Self {
        Self {
            left: Arc::new(AtomicI64::new(i64::MAX)),
            loses_answers: Arc::default(),
        }
    }
}

impl Outage {
    /// From now on so many calls are answered; those after them fail and change nothing.
    pub fn begin_after(&self, calls: u32) {
        self.left.store(i64::from(calls), Ordering::SeqCst);
    }

    /// From now on each call takes effect and fails.
    pub fn lose_answers(&self) {
        self.loses_answers.store(true, Ordering::SeqCst);
    }

    /// Every call is answered again.
    pub fn end(&self) {
        self.left.store(i64::MAX, Ordering::SeqCst);
        self.loses_answers.store(false, Ordering::SeqCst);
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
        if self.left.fetch_sub(1, Ordering::SeqCst) > 0 {
            Ok(())
        } else {
            Err("the service does not answer".into())
        }
    }

    fn read_after_execution(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.loses_answers.load(Ordering::SeqCst) {
            Err("the answer was lost".into())
        } else {
            Ok(())
        }
    }
}
