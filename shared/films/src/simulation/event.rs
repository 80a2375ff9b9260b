//! What can happen to a job, and who is told how it went.

use domain::attempt::Target;

/// What happens at a time.
pub(super) enum Event {
    /// A task of the machine is tried.
    Invoke(usize),
    /// A try of a task takes too long.
    TimeOut(usize, u32),
    /// A prediction begins to run.
    Starts(String),
    /// A prediction ends so.
    Ends(String, &'static str),
    /// A create arrives whose sender was killed.
    Arrives(String),
    /// News of a prediction, as it was when they were sent.
    Webhook(String, String),
    /// The owner changes the storyboard.
    Edit,
    /// The owner approves the storyboard.
    Approve,
    /// The minute's reconciling.
    Reconcile,
    /// The execution dies without a word.
    Die,
    /// The owner cancels the job.
    Cancel,
    /// The owner lets a job go on that has ended.
    Resume,
    /// The owner has a part of the film made anew, or chooses a take of it.
    Redo { target: Target, is_new: bool },
}

/// Who is told how an invocation ended.
#[derive(Clone)]
pub(super) enum Caller {
    Task(usize, u32),
    Webhook(String, String),
    Schedule,
}
