//! What waits to be taken in at the desk: two queues, of which the urgent one is looked at first.

use super::Work;
use tokio::sync::mpsc;

/// What has come and is to be taken in; whoever has it gives work to the desk.
#[derive(Debug)]
pub(in super::super) struct Tray {
    urgent: mpsc::Sender<Work>,
    routine: mpsc::Sender<Work>,
}

/// The other end, at the desk.
#[derive(Debug)]
pub(in super::super) struct Coming {
    urgent: mpsc::Receiver<Work>,
    routine: mpsc::Receiver<Work>,
}

/// A tray with room for so many in each lane.
pub(in super::super) fn tray(room: usize) -> (Tray, Coming) {
    let (urgent, routine) = (mpsc::channel(room), mpsc::channel(room));
    let tray = Tray {
        urgent: urgent.0,
        routine: routine.0,
    };
    let coming = Coming {
        urgent: urgent.1,
        routine: routine.1,
    };
    (tray, coming)
}

impl Tray {
    /// Gives it to the desk; `false` when there is no room, or no desk any more.
    pub(in super::super) fn put(&self, work: Work) -> bool {
        let lane = if work.is_urgent() {
            &self.urgent
        } else {
            &self.routine
        };
        lane.try_send(work).is_ok()
    }
}

impl Coming {
    /// How many it may hold in each lane.
    pub(super) fn room(&self) -> usize {
        self.urgent.max_capacity()
    }

    /// What comes in each lane, urgent ones first.
    pub(super) fn lanes(self) -> (mpsc::Receiver<Work>, mpsc::Receiver<Work>) {
        (self.urgent, self.routine)
    }

    /// The next one, urgent ones first; `None` when nobody gives any more.
    pub(super) async fn next(&mut self) -> Option<Work> {
        tokio::select! {
            biased;
            Some(work) = self.urgent.recv() => Some(work),
            Some(work) = self.routine.recv() => Some(work),
            else => None,
        }
    }
}
