//! What a name stands for: a person types what is on a label, in a message, or in somebody's mouth.

use super::{joined, node, officer};
use crate::config::closest;
use crate::exit::{Exit, Failure, Text};
use precinto_alert::id::{AgencyId, NodeId, OfficerId};
use precinto_client::directory::Held;

/// One thing of the directory, with the part that lists it.
#[derive(Clone)]
pub(super) enum Thing<'a> {
    Side(&'a Held),
    Agency(&'a Held, &'a AgencyId),
    Node(&'a Held, &'a NodeId),
    Officer(&'a Held, &'a OfficerId),
    /// The name of a group of any side.
    Group(&'a str),
    /// The name of a topic of any side.
    Topic(&'a str),
}

impl Thing<'_> {
    /// The one way of writing that means nothing else.
    fn full(&self) -> String {
        match self {
            Self::Side(held) => held.part().side().to_string(),
            Self::Agency(_, id) => id.to_string(),
            Self::Node(_, id) => id.to_string(),
            Self::Officer(_, id) => id.to_string(),
            Self::Group(name) | Self::Topic(name) => (*name).to_owned(),
        }
    }

    /// Every way in which a person may write it.
    fn called(&self) -> Vec<String> {
        let mut called = vec![self.full()];
        match self {
            Self::Agency(_, id) => called.push(id.agency().to_owned()),
            Self::Node(held, id) => {
                called.extend([node(id), id.node().to_owned()]);
                called.extend(held.part().node(id).map(|listed| listed.code.clone()));
            }
            Self::Officer(_, id) => called.extend([officer(id), id.officer().to_owned()]),
            Self::Side(_) | Self::Group(_) | Self::Topic(_) => {}
        }
        called
    }

    fn kind(&self) -> Text {
        Text::from(match self {
            Self::Side(_) => ("side", "lado"),
            Self::Agency(..) => ("agency", "dependencia"),
            Self::Node(..) => ("node", "nodo"),
            Self::Officer(..) => ("officer", "oficial"),
            Self::Group(_) => ("group", "grupo"),
            Self::Topic(_) => ("topic", "tema"),
        })
    }
}

/// The one thing of that name.
pub(super) fn find<'a>(all: &'a [Held], name: &str) -> Result<Thing<'a>, Failure> {
    let things = things(all);
    // The one way of writing that means nothing else comes first: a group may be called as an agency is.
    let exactly: Vec<&Thing<'a>> = things.iter().filter(|thing| thing.full() == name).collect();
    let found = if exactly.is_empty() {
        let is_called = |thing: &&Thing<'a>| thing.called().iter().any(|called| called == name);
        things.iter().filter(is_called).collect()
    } else {
        exactly
    };
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(unknown(&things, name)),
        several => Err(ambiguous(several, name)),
    }
}

fn things(all: &[Held]) -> Vec<Thing<'_>> {
    let mut things = Vec::new();
    for held in all {
        things.push(Thing::Side(held));
        for (id, listed) in held.part().agencies() {
            things.push(Thing::Agency(held, id));
            things.extend(listed.nodes.keys().map(|id| Thing::Node(held, id)));
            things.extend(listed.officers.keys().map(|id| Thing::Officer(held, id)));
        }
    }
    let names = |lists: fn(&Held) -> Vec<&String>| {
        let mut names: Vec<&String> = all.iter().flat_map(lists).collect();
        names.sort();
        names.dedup();
        names
    };
    let groups = names(|held| held.part().groups().keys().collect());
    let topics = names(|held| held.part().topics().keys().collect());
    things.extend(groups.into_iter().map(|name| Thing::Group(name)));
    things.extend(topics.into_iter().map(|name| Thing::Topic(name)));
    things
}

fn unknown(things: &[Thing<'_>], name: &str) -> Failure {
    let all: Vec<String> = things.iter().flat_map(Thing::called).collect();
    let near = closest(name, all.iter().map(String::as_str));
    let failure = Failure::new(
        Exit::NotFound,
        (
            format!("the directory lists no {name:?}"),
            format!("el directorio no incluye {name:?}"),
        ),
    );
    match near {
        Some(near) => failure.next((
            format!("did you mean {near}?"),
            format!("¿quiso decir {near}?"),
        )),
        None => failure.next((
            "precinto directory list  shows everybody",
            "precinto directory list  muestra a todos",
        )),
    }
}

fn ambiguous(several: &[&Thing<'_>], name: &str) -> Failure {
    let mut text = Text::from((
        format!("{name:?} stands for several things"),
        format!("{name:?} puede ser varias cosas"),
    ));
    for thing in several {
        let full = thing.full();
        text = text.and_line(thing.kind().behind(&full, &full));
    }
    let one = several
        .first()
        .map(|thing| thing.full())
        .unwrap_or_default();
    Failure::usage(text).next((
        format!("say which:  precinto directory show {one}"),
        format!("indique cuál:  precinto directory show {one}"),
    ))
}

/// Which sides there are, in one line.
pub(super) fn sides(all: &[Held]) -> String {
    joined(all.iter().map(|held| held.part().side().to_string()))
}
