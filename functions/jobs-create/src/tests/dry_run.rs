//! With `dryRun=true`.

use super::*;

#[tokio::test]
async fn a_dry_run_tells_what_the_film_costs_and_writes_nothing() {
    let world = World::new();
    let wanted = json!({
        "prompt": "A paper boat crosses a flooded city at dawn",
        "category": "music-video", "scenes": 3, "durationSeconds": 12,
    });
    let quote = world.dry_run(&wanted).await;
    let steps = quote["cost"]["steps"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["step"].clone()).collect();
    assert_eq!(names, ["scene-001", "scene-002", "scene-003", "soundtrack"]);
    let sum: u64 = steps
        .iter()
        .filter_map(|step| step["nanoUsd"].as_u64())
        .sum();
    assert_eq!(quote["cost"]["nanoUsd"], sum);
    assert_eq!(quote["scenes"].as_array().unwrap().len(), 3);
    assert_eq!(quote["usage"]["remaining"], QUOTA - 1);
    assert_eq!(quote["refusal"], Value::Null);
    assert!(world.jobs().is_empty());
    assert!(world.tables.under("usage", "").is_empty());
    assert_eq!(
        world.send("/api/v1/jobs?dryRun=perhaps", &wanted).await.0,
        400
    );
}

#[tokio::test]
async fn a_dry_run_names_what_the_film_would_be_refused_by() {
    let mut world = World::new();
    let refusal = async |world: &World| world.dry_run(&film()).await["refusal"].clone();
    let spending = world.state.ceilings.installation.table.clone();
    let set = async |limit, is_stopped| {
        let set = spending.set_spending(limit, is_stopped, "admin", now());
        set.await.unwrap();
    };
    set(Some(1), None).await;
    assert_eq!(refusal(&world).await, "SPENDING_LIMIT");
    set(Some(DAILY_LIMIT), Some(true)).await;
    assert_eq!(refusal(&world).await, "SPENDING_STOPPED");
    set(None, Some(false)).await;
    for _ in 0..QUOTA {
        assert_eq!(world.create(&film()).await.0, 202);
    }
    assert_eq!(refusal(&world).await, "TOO_MANY_FILMS");
    world.state.ceilings.running = 10;
    assert_eq!(refusal(&world).await, "QUOTA_EXCEEDED");
    assert_eq!(world.places().await, (QUOTA, 0));
}
