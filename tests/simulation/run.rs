//! Runs a world to its end: faults as planned, then everything put right, until all that was said has arrived.

use std::cell::RefCell;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use precinto_client::machine::{Simulated, Wire, simulate_on_this_thread};
use precinto_gateway::blocking::stay_on_this_thread;
use precinto_ledger::storage::Survival;
use turmoil::{Builder, Sim};

use crate::dice::Dice;
use crate::fixture::{DESKS, GATEWAY, LISTS, PLACES, Place, SENDERS, fixture};
use crate::plan::{Fault, Plan};
use crate::world::{COMMIT_MS, Order, Revoked, Trace, World};
use crate::{desk, gateway, judge, sender};

/// What came of a world.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) trace: Trace,
    /// What must not be; empty as a rule.
    pub(crate) wrong: Vec<String>,
    pub(crate) lasted: Duration,
}

/// One step of the network.
const TICK: Duration = Duration::from_millis(10);
/// After the end of all trouble everything arrives within this time: a dead line is noticed within 80 s.
const PATIENCE: Duration = Duration::from_secs(200);

/// How many minutes later it is at the end of a world: all steps of a P1, and some of each other precedence.
const LATER_MIN: u64 = 120;

/// A world that runs.
struct Run<'a> {
    world: Arc<World>,
    sim: Sim<'a>,
    skew_ms: i64,
    /// What the clocks show beyond the time that the network has seen.
    skipped: Duration,
    /// What is left of the disk when it has failed.
    survival: Survival,
}

/// Runs the world of this plan on this thread, which is good for nothing else afterwards.
pub(crate) fn run(plan: Plan) -> Outcome {
    let world = World::new(plan);
    simulate(world.plan.seed);
    let mut run = Run {
        sim: simulation(&world),
        world: Arc::clone(&world),
        skew_ms: 0,
        skipped: Duration::ZERO,
        survival: Survival::Kept,
    };
    if let Err(error) = run.play() {
        world.accuse(error);
    }
    let lasted = run.sim.elapsed();
    drop(run);
    if world.state().wrong.is_empty() {
        judge::judge(&world);
    }
    let mut state = world.state();
    Outcome {
        trace: std::mem::take(&mut state.trace),
        wrong: std::mem::take(&mut state.wrong),
        lasted,
    }
}

fn side_of(desk: &str) -> &'static str {
    let desk = DESKS.iter().find(|place| place.name == desk);
    desk.expect("a desk").side
}

/// Puts this thread on simulated machines.
fn simulate(seed: u64) {
    stay_on_this_thread();
    let dice = RefCell::new(Dice::new(!seed));
    simulate_on_this_thread(Simulated {
        dial: Box::new(|address| {
            Box::pin(async move {
                let stream = turmoil::net::TcpStream::connect(address).await?;
                Ok(Box::new(stream) as Wire)
            })
        }),
        dice: Box::new(move || dice.borrow_mut().next()),
    });
}

fn simulation(world: &Arc<World>) -> Sim<'static> {
    let mut sim = Builder::new()
        .tick_duration(TICK)
        .simulation_duration(Duration::from_hours(1))
        .rng_seed(world.plan.seed)
        .tcp_capacity(1024)
        .build();
    let host = Arc::clone(world);
    sim.host(GATEWAY, move || gateway::live(Arc::clone(&host)));
    for place in &SENDERS {
        let host = Arc::clone(world);
        sim.host(place.name, move || sender::live(Arc::clone(&host), place));
    }
    for place in &DESKS {
        let host = Arc::clone(world);
        sim.host(place.name, move || desk::live(Arc::clone(&host), place));
    }
    for place in &PLACES {
        let latency = world.plan.latency[place.name];
        sim.set_link_latency(place.name, GATEWAY, latency);
    }
    sim
}

impl Run<'_> {
    fn play(&mut self) -> Result<(), String> {
        let faults = self.world.plan.faults.clone();
        let mut faults = faults.into_iter().peekable();
        while self.sim.elapsed() < self.world.plan.trouble {
            while let Some((_, fault)) = faults.next_if(|(at, _)| *at <= self.sim.elapsed()) {
                self.world
                    .state()
                    .trace
                    .entry("faults")
                    .or_default()
                    .push(format!("{fault:?}"));
                self.happen(fault);
            }
            self.step()?;
        }
        self.put_right();
        self.until_nothing_is_missing(1, |world| judge::missing(world).collect())?;
        if self.world.plan.answers > 0 {
            // Most of what can be missed is, and nobody has waited for it.
            self.happen(Fault::Later(LATER_MIN));
            self.step()?;
            self.until_nothing_is_missing(50, judge::missing_deadlines)?;
        }
        let until = self.sim.elapsed() + PATIENCE;
        while self.sim.is_host_running(GATEWAY) {
            // Again and again: it may be about to start.
            self.happen(Fault::GatewayStops);
            if self.sim.elapsed() > until {
                return Err("the gateway does not stop".to_owned());
            }
            self.step()?;
        }
        Ok(())
    }

    /// Goes on until this says that nothing is missing; it is asked after each so many steps.
    fn until_nothing_is_missing(
        &mut self,
        steps: u32,
        missing: impl Fn(&World) -> Vec<String>,
    ) -> Result<(), String> {
        let until = self.sim.elapsed() + PATIENCE;
        loop {
            let missing = missing(&self.world);
            if missing.is_empty() {
                return Ok(());
            }
            if self.sim.elapsed() > until {
                return Err(format!("it never came: {}", missing.join(", ")));
            }
            for _ in 0..steps {
                self.step()?;
                self.happen(Fault::GatewayStarts);
            }
        }
    }

    fn step(&mut self) -> Result<(), String> {
        let now = self.sim.elapsed();
        self.world.move_clocks(now + self.skipped, self.skew_ms);
        self.world.close_to_revoked(now);
        self.sim.step().map_err(|error| error.to_string())?;
        if self.world.has_failed.swap(false, Ordering::Relaxed) {
            self.end_gateway(self.survival, 0);
        }
        match self.world.state().wrong.first() {
            Some(wrong) => Err(format!("at {:?}: {wrong}", self.sim.elapsed())),
            None => Ok(()),
        }
    }

    fn happen(&mut self, fault: Fault) {
        let sim = &mut self.sim;
        match fault {
            Fault::Partition(node) => sim.partition(node, GATEWAY),
            Fault::Deaf(node) => sim.partition_oneway(node, GATEWAY),
            Fault::Mute(node) => sim.partition_oneway(GATEWAY, node),
            Fault::Hold(node) => sim.hold(node, GATEWAY),
            Fault::Heal(node) => sim.release(node, GATEWAY),
            Fault::Latency(node, ms) => {
                sim.set_link_latency(node, GATEWAY, Duration::from_millis(ms));
            }
            Fault::GatewayDies(survival) => self.end_gateway(survival, 0),
            Fault::DiskForgets(changes) => self.end_gateway(Survival::Discarded, changes),
            Fault::GatewayLosesPower(survival) => {
                for place in &PLACES {
                    sim.partition(place.name, GATEWAY);
                }
                self.end_gateway(survival, 0);
                for place in &PLACES {
                    self.sim.repair(place.name, GATEWAY);
                }
            }
            Fault::DiskFails(nth, survival) => {
                self.world.state().disk.fail(nth);
                self.survival = survival;
            }
            Fault::GatewayStops => self.world.state().shutdown.cancel(),
            Fault::GatewayStarts => {
                if !sim.is_host_running(GATEWAY) {
                    sim.bounce(GATEWAY);
                }
            }
            Fault::NodeRestarts(node) => sim.bounce(node),
            Fault::Clock(skew_ms) => self.skew_ms = skew_ms,
            Fault::Disk(ms) => self.world.commit_takes(ms),
            Fault::Slow(desk, ms) => {
                let mut state = self.world.state();
                let _before = match ms {
                    0 => state.slow.remove(desk),
                    ms => state.slow.insert(desk, Duration::from_millis(ms)),
                };
            }
            Fault::List(side) => {
                let desk = DESKS.iter().find(|desk| desk.side == side);
                let is_on_it = |desk: &&Place| self.world.state().revoked.contains_key(desk.name);
                self.publish(side, desk.as_ref().is_some_and(is_on_it));
            }
            Fault::Revoke(desk) => {
                let revoked = Revoked {
                    since: self.sim.elapsed(),
                    closed_from: None,
                };
                let mut state = self.world.state();
                state.revoked.entry(desk).or_insert(revoked);
                state.ever_revoked.insert(desk);
                drop(state);
                self.publish(side_of(desk), true);
            }
            Fault::LetIn(desk) => {
                let was_revoked = self.world.state().revoked.remove(desk).is_some();
                if was_revoked {
                    self.publish(side_of(desk), false);
                }
            }
            Fault::Seek(desk, hundredths) => self.order(desk, Order::Seek(hundredths)),
            Fault::TakeOver(desk) => self.order(desk, Order::TakeOver),
            Fault::Later(minutes) => self.skipped += Duration::from_mins(minutes),
        }
    }

    fn publish(&self, side: &str, with_desk: bool) {
        let mut state = self.world.state();
        state.lists += 1;
        assert!(state.lists < LISTS, "a world has few faults");
        fixture().publish(&self.world.path(""), side, state.lists, with_desk);
    }

    fn order(&self, desk: &'static str, order: Order) {
        let _before = self.world.state().orders.insert(desk, order);
    }

    /// Ends the gateway where it stands, and leaves of its disk what survives; without the last `forgotten` changes.
    fn end_gateway(&mut self, survival: Survival, forgotten: usize) {
        if !self.sim.is_host_running(GATEWAY) {
            return;
        }
        self.sim.crash(GATEWAY);
        let mut state = self.world.state();
        let disk = (state.disk).crash(state.disk.changes() - forgotten, survival);
        state.disk = disk;
    }

    fn put_right(&mut self) {
        for place in &PLACES {
            let _address: IpAddr = self.sim.lookup(place.name);
            self.happen(Fault::Heal(place.name));
            self.happen(Fault::Latency(place.name, 2));
        }
        for place in &DESKS {
            self.happen(Fault::Slow(place.name, 0));
            self.happen(Fault::LetIn(place.name));
        }
        self.happen(Fault::Disk(COMMIT_MS));
        self.happen(Fault::GatewayStarts);
    }
}
