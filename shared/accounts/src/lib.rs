//! Accounts: quota and usage as a caller sees them, and the end of a month.

mod month;
mod profile;

pub use month::{ClosedMonth, close_month};
pub use profile::profile;
