//! A queue in memory: what was sent to it, what waits there, and what was hidden for how long.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::operation::change_message_visibility::ChangeMessageVisibilityOutput;
use aws_sdk_sqs::operation::get_queue_attributes::GetQueueAttributesOutput;
use aws_sdk_sqs::operation::send_message::SendMessageOutput;
use aws_sdk_sqs::types::QueueAttributeName;
use aws_smithy_mocks::{RuleMode, mock, mock_client};

use super::{Outage, Pause};

/// A queue; the test hands its messages on.
#[derive(Debug, Clone, Default)]
pub struct Messages {
    sent: Arc<Mutex<Vec<String>>>,
    tenants: Arc<Mutex<Vec<String>>>,
    hidden: Arc<Mutex<Vec<(String, Duration)>>>,
    others: Arc<AtomicUsize>,
    outage: Outage,
    pause: Pause,
}

impl Messages {
    /// An empty queue; each call pauses before its answer comes.
    pub fn pausing(pause: Pause) -> Self {
        Self {
            pause,
            ..Self::default()
        }
    }

    /// The bodies that were sent, in order.
    pub fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }

    /// Whose each message was, in order.
    pub fn tenants(&self) -> Vec<String> {
        self.tenants.lock().unwrap().clone()
    }

    /// Takes the bodies out that were sent, in order.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }

    /// The receipts that were hidden, and for how long, in order.
    pub fn hidden(&self) -> Vec<(String, Duration)> {
        self.hidden.lock().unwrap().clone()
    }

    /// So many messages wait beside those that were sent here.
    pub fn let_others_wait(&self, count: usize) {
        self.others.store(count, Ordering::SeqCst);
    }

    /// When the queue stops answering.
    pub fn outage(&self) -> &Outage {
        &self.outage
    }

    /// A client of this queue.
    pub fn client(&self) -> Client {
        let (sent, hidden) = (self.sent.clone(), self.hidden.clone());
        let tenants = self.tenants.clone();
        let (waiting, others) = (self.sent.clone(), self.others.clone());
        let rules = [
            mock!(Client::send_message).then_compute_output(move |input| {
                let body = input.message_body().unwrap().to_owned();
                let tenant = input.message_group_id().unwrap().to_owned();
                tenants.lock().unwrap().push(tenant);
                sent.lock().unwrap().push(body);
                SendMessageOutput::builder().build()
            }),
            mock!(Client::change_message_visibility).then_compute_output(move |input| {
                let receipt = input.receipt_handle().unwrap().to_owned();
                let seconds = u64::try_from(input.visibility_timeout().unwrap()).unwrap();
                let time = Duration::from_secs(seconds);
                hidden.lock().unwrap().push((receipt, time));
                ChangeMessageVisibilityOutput::builder().build()
            }),
            mock!(Client::get_queue_attributes).then_compute_output(move |_| {
                let count = waiting.lock().unwrap().len() + others.load(Ordering::SeqCst);
                let visible = QueueAttributeName::ApproximateNumberOfMessages;
                GetQueueAttributesOutput::builder()
                    .attributes(visible, count.to_string())
                    .build()
            }),
        ];
        mock_client!(aws_sdk_sqs, RuleMode::MatchAny, &rules, |config| {
            config
                .retry_config(RetryConfig::disabled())
                .interceptor(self.outage.clone())
                .http_client(self.pause.http_client())
        })
    }
}
