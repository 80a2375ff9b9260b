//! What a film would be and cost; nothing is written (D44).

use accounts::{film_refused, usage_view};
use contract::{ErrorCode, Quote};
use domain::quota::Usage;
use domain::request::CreateJob;
use domain::spending::Day;
use domain::storyboard::Storyboard;
use domain::time::Time;
use edge::http::{ApiError, Caller};
use films::{priced_scenes, quote_view, total};

use super::State;

/// The film by the rules' storyboard, and the month after it.
pub(super) async fn quote(
    state: &State,
    caller: &Caller,
    wanted: &CreateJob,
) -> Result<Quote, ApiError> {
    let now = state.clock.now();
    let storyboard = Storyboard::by_rules(wanted);
    let prices = state.quotes.film_by(wanted, &storyboard)?;
    let ceilings = &state.ceilings;
    let account = state.usage.account(&caller.user_id, now, ceilings.quota);
    let usage = account.await?.usage;
    let refusal = refusal(state, usage, total(&prices), now).await?;
    let usage = Usage {
        reserved: usage.reserved + u32::from(refusal.is_none()),
        ..usage
    };
    let time = state
        .times
        .film(state.quotes.scene_model(), wanted.scenes, now);
    Ok(Quote {
        storyboard_by: storyboard.author,
        scenes: priced_scenes(&storyboard, &prices),
        music: wanted
            .audio
            .wants_music()
            .then_some(storyboard.music.description),
        cost: quote_view::cost(&prices),
        time: time.await?,
        usage: usage_view(usage, ceilings.paid_failures, now),
        refusal,
    })
}

/// By what it would be refused now.
async fn refusal(
    state: &State,
    usage: Usage,
    quote_nano_usd: u64,
    now: Time,
) -> Result<Option<ErrorCode>, ApiError> {
    let ceilings = match state.ceilings.now().await {
        Ok(ceilings) => ceilings,
        Err(ApiError::SpendingStopped) => return Ok(Some(ErrorCode::SpendingStopped)),
        Err(error) => return Err(error),
    };
    if let Some(refused) = ceilings.refusal(usage) {
        return Ok(Some(film_refused(refused, now).code()));
    }
    let spending = &state.ceilings.installation.table;
    let taken = spending.spending_sums(&Day::of(now)).await?.taken;
    let is_spent = taken.saturating_add(quote_nano_usd) > ceilings.daily_nano_usd;
    Ok(is_spent.then_some(ErrorCode::SpendingLimit))
}
