//! A question as Cedar takes it: who, what, about which message, and what is known of them.
//!
//! Everything is checked against the schema, because what was proved about a policy holds for such questions only.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request,
    RestrictedExpression as Value,
};
use precinto_alert::code::{AuthorityCode, Coded, Precedence, ProtectedBag, UseCode};
use precinto_alert::handling::Release;
use precinto_alert::id::AgencyId;

use crate::schema::SCHEMA;
use crate::{Agency, Ask, Facts, Passage};

/// A question, ready to be asked.
pub(crate) struct Question {
    pub(crate) request: Request,
    pub(crate) entities: Entities,
}

/// A message as Cedar takes it, ready for any number of questions: to build it costs as much as its lists are long.
#[derive(Debug)]
pub(crate) struct Subject {
    message: Entities,
    originator: Entity,
}

/// The facts do not fit the schema: a code that is none. Not for people; whoever asks denies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unaskable;

/// The message that is asked about. All have one name: no rule can mean a single one.
const MESSAGE: &str = "message";

/// The names of the schema's types, read once.
struct Types {
    action: EntityTypeName,
    side: EntityTypeName,
    country: EntityTypeName,
    mark: EntityTypeName,
    agency: EntityTypeName,
    message: EntityTypeName,
    message_type: EntityTypeName,
    message_status: EntityTypeName,
    precedence: EntityTypeName,
    tlp: EntityTypeName,
    commodity: EntityTypeName,
    use_code: EntityTypeName,
    authority: EntityTypeName,
    protected_bag: EntityTypeName,
}

static TYPES: LazyLock<Types> = LazyLock::new(|| {
    let name = |name: &str| name.parse().expect("a name of the schema");
    Types {
        action: name("Action"),
        side: name("Side"),
        country: name("Country"),
        mark: name("Mark"),
        agency: name("Agency"),
        message: name("Message"),
        message_type: name("MessageType"),
        message_status: name("MessageStatus"),
        precedence: name("Precedence"),
        tlp: name("Tlp"),
        commodity: name("CommodityClass"),
        use_code: name("UseCode"),
        authority: name("AuthorityCode"),
        protected_bag: name("ProtectedBag"),
    }
});

impl Subject {
    /// Builds it.
    pub(crate) fn of(facts: &Facts) -> Result<Self, Unaskable> {
        let message = Entities::from_entities([of_message(facts)?], Some(&*SCHEMA));
        Ok(Self {
            message: message.or(Err(Unaskable))?,
            originator: of_agency(&facts.originator)?,
        })
    }
}

impl Question {
    /// Builds it.
    pub(crate) fn of(ask: Ask<'_>, subject: &Subject) -> Result<Self, Unaskable> {
        let types = &*TYPES;
        let schema = &*SCHEMA;
        let by = of_agency(ask.by())?;
        let originator = Some(&subject.originator).filter(|agency| agency.uid() != by.uid());
        let agencies = originator.cloned().into_iter().chain([by]);
        let entities = subject.message.clone();
        let entities = entities
            .add_entities(agencies, Some(schema))
            .or(Err(Unaskable))?;
        let (action, context) = match ask {
            Ask::Submit { .. } => ("Submit", Context::empty()),
            Ask::Receive { passage, .. } => ("Receive", of_passage(passage)?),
            Ask::Read { passage, .. } => ("Read", of_passage(passage)?),
        };
        let action = uid(&types.action, action);
        let message = uid(&types.message, MESSAGE);
        let request = Request::new(agency(&ask.by().id), action, message, context, Some(schema));
        let request = request.or(Err(Unaskable))?;
        Ok(Self { request, entities })
    }
}

fn uid(of: &EntityTypeName, name: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(of.clone(), EntityId::new(name))
}

fn agency(id: &AgencyId) -> EntityUid {
    uid(&TYPES.agency, &id.to_string())
}

fn named(of: &EntityTypeName, name: &str) -> Value {
    Value::new_entity_uid(uid(of, name))
}

fn coded(of: &EntityTypeName, code: impl Coded) -> Value {
    named(of, code.name())
}

fn set(values: impl Iterator<Item = Value>) -> Value {
    Value::new_set(values)
}

fn of_agency(agency: &Agency) -> Result<Entity, Unaskable> {
    let Agency {
        id,
        country,
        purposes,
    } = agency;
    let types = &*TYPES;
    let purposes = purposes.iter().map(|code| coded(&types.commodity, *code));
    let attributes = HashMap::from([
        ("country".to_owned(), named(&types.country, country)),
        ("purposes".to_owned(), set(purposes)),
    ]);
    let side = uid(&types.side, id.side().as_str());
    Entity::new(self::agency(id), attributes, HashSet::from([side])).or(Err(Unaskable))
}

fn of_message(facts: &Facts) -> Result<Entity, Unaskable> {
    let Facts {
        originator,
        message_type,
        status,
        precedence,
        tlp,
        marks,
        commodities,
        use_code,
        authority,
        protected_bag,
        names_persons,
        tear_line,
        criminal_intelligence,
        to_agencies,
        releasable_to,
        addressees,
    } = facts;
    let types = &*TYPES;
    let agencies = |ids: &mut dyn Iterator<Item = &AgencyId>| {
        set(ids.map(|id| Value::new_entity_uid(agency(id))))
    };
    let countries = releasable_to.iter().filter_map(|release| match release {
        Release::Country(country) => Some(named(&types.country, country)),
        Release::Agency(_) | Release::Unit { .. } => None,
    });
    let mut released = releasable_to.iter().filter_map(|release| match release {
        Release::Country(_) => None,
        Release::Agency(agency) | Release::Unit { agency, .. } => Some(agency),
    });
    let commodities = commodities
        .iter()
        .map(|code| coded(&types.commodity, *code));
    let always = [
        ("originator", Value::new_entity_uid(agency(&originator.id))),
        ("message_type", coded(&types.message_type, *message_type)),
        ("status", coded(&types.message_status, *status)),
        ("tlp", coded(&types.tlp, *tlp)),
        (
            "marks",
            set(marks.iter().map(|mark| named(&types.mark, mark))),
        ),
        ("commodities", set(commodities)),
        ("names_persons", Value::new_bool(*names_persons)),
        ("tear_line", Value::new_bool(*tear_line)),
        (
            "criminal_intelligence",
            Value::new_bool(*criminal_intelligence),
        ),
        ("to_agencies", Value::new_bool(*to_agencies)),
        ("releasable_to_countries", set(countries)),
        ("releasable_to_agencies", agencies(&mut released)),
        ("addressees", agencies(&mut addressees.iter())),
    ];
    let sometimes = stated(*precedence, *use_code, *authority, *protected_bag);
    let attributes = always.into_iter().chain(sometimes);
    let attributes = attributes
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    Entity::new(uid(&types.message, MESSAGE), attributes, HashSet::new()).or(Err(Unaskable))
}

/// What a message may leave open; a rule asks first whether it is there.
fn stated(
    precedence: Option<Precedence>,
    use_code: Option<UseCode>,
    authority: Option<AuthorityCode>,
    protected_bag: Option<ProtectedBag>,
) -> impl Iterator<Item = (&'static str, Value)> {
    let types = &*TYPES;
    let all = [
        (
            "precedence",
            precedence.map(|code| coded(&types.precedence, code)),
        ),
        (
            "use_code",
            use_code.map(|code| coded(&types.use_code, code)),
        ),
        (
            "authority",
            authority.map(|code| coded(&types.authority, code)),
        ),
        (
            "protected_bag",
            protected_bag.map(|code| coded(&types.protected_bag, code)),
        ),
    ];
    let all = all.into_iter();
    all.filter_map(|(name, value)| Some((name, value?)))
}

fn of_passage(passage: Passage) -> Result<Context, Unaskable> {
    let (onward, released) = match passage {
        Passage::Direct => (false, false),
        Passage::Onward => (true, false),
        Passage::OnwardReleased => (true, true),
    };
    let pairs = [("onward", onward), ("released", released)];
    let pairs = pairs.map(|(name, flag)| (name.to_owned(), Value::new_bool(flag)));
    Context::from_pairs(pairs).or(Err(Unaskable))
}
