//! What records refer to: keys of other tables, and of the table itself, which takes a pass of its
//! own over the source.

use std::sync::Arc;

use crate::batch::Batch;
use crate::control::Control;
use crate::dialect::DialectOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::{Gate, Verdicts};
use crate::header::Opener;
use crate::keys::{Asked, KeyRule, KeySpace, Keys, SetId, family};
use crate::plan::{HeaderFault, Plan};
use crate::report::ResourceReport;
use crate::resource::Resource;
use crate::run::Job;
use crate::run::reader::Reader;
use crate::scan::{Scanner, to_u64};
use crate::schema::{Field, ReferencedTable, Schema};
use crate::store::Source;
use crate::text::shorten;

/// Every key that a foreign key may refer to.
pub(super) struct References {
    space: KeySpace,
    /// The set of each foreign key.
    sets: Vec<SetId>,
    pub(super) reports: Vec<ResourceReport>,
}

/// Whether a schema refers to the table itself.
pub(super) fn refers_to_itself(schema: &Schema) -> bool {
    let mut tables = schema.foreign_keys().iter().map(|key| &key.table);
    tables.any(|table| matches!(table, ReferencedTable::Itself(_)))
}

impl References {
    /// Loads them, before the first record is judged.
    ///
    /// # Errors
    ///
    /// A resource is not given, cannot be read, or lacks a field that is referred to; a reference
    /// between fields whose values are never equal; or what [`Keys::settle`] says.
    pub(super) async fn load<S: Source>(job: &Job, source: &S, control: &Control) -> Result<Self> {
        let seed = &job.run_id;
        let bytes_max = job.limits.unique_bytes_max;
        let mut space = KeySpace::new(seed, bytes_max, control.scratch.clone());
        let foreign = job.schema.foreign_keys().iter().enumerate();
        let sets: Vec<SetId> = foreign
            .clone()
            .map(|(number, _)| space.add_set(format!("foreign-{number}")))
            .collect();
        let mut wanted = Vec::new();
        for (number, key) in foreign {
            let referring = fields_of(&job.schema, &key.fields);
            match &key.table {
                ReferencedTable::Itself(fields) => {
                    check_families(&referring, &fields_of(&job.schema, fields))?;
                }
                ReferencedTable::Resource { name, fields } => {
                    wanted.push(Wanted::new(job, number, name, fields, &referring)?);
                }
            }
        }
        let mut reports: Vec<ResourceReport> = Vec::new();
        for wanted in wanted {
            let loaded = wanted.load(job, control, space, &sets).await?;
            space = loaded.0;
            if !reports.iter().any(|report| report.name == loaded.1.name) {
                reports.push(loaded.1);
            }
        }
        if refers_to_itself(&job.schema) {
            let quiet = quiet(control);
            let pass = Pass {
                job,
                schema: &job.schema,
                dialect: &job.dialect,
                control: &quiet,
            };
            let rules = |plan: &Plan| first_pass_rules(plan);
            space = match pass.collect(source, rules, &sets, space).await? {
                // What is wrong with the header, the pass that lands says.
                Collected::Keys { space, .. } | Collected::HeaderRefused { space, .. } => space,
            };
        }
        Ok(Self {
            space,
            sets,
            reports,
        })
    }
}

impl References {
    /// Makes the keys of the pass that lands.
    pub(super) fn into_keys(self, plan: &Plan) -> (Keys, Vec<ResourceReport>) {
        let keys = Keys::new(KeyRule::of(plan), &self.sets, self.space);
        (keys, self.reports)
    }
}

/// The rules of the pass that collects the keys that are there to be referred to: references to other
/// tables alone. Which of the records that share a key is accepted depends on the references that this
/// pass is made for, so none of them is turned away here. (That a primary key is there, each column
/// asks for itself.)
fn first_pass_rules(plan: &Plan) -> Vec<KeyRule> {
    let foreign = plan.schema().foreign_keys();
    let is_elsewhere = |number: usize| {
        let key = foreign.get(number);
        key.is_some_and(|key| matches!(key.table, ReferencedTable::Resource { .. }))
    };
    let mut rules = KeyRule::of(plan);
    rules.retain(|rule| match rule.asked {
        Asked::ForeignKey { number } => is_elsewhere(number),
        Asked::Unique | Asked::Primary | Asked::UniqueKey | Asked::Referenced { .. } => false,
    });
    for (number, key) in foreign.iter().enumerate() {
        match &key.table {
            ReferencedTable::Itself(fields) => {
                rules.push(KeyRule::new(plan, Asked::Referenced { number }, fields));
            }
            ReferencedTable::Resource { .. } => {}
        }
    }
    rules
}

fn fields_of<'s>(schema: &'s Schema, fields: &[usize]) -> Vec<&'s Field> {
    let all = schema.fields();
    fields.iter().filter_map(|&idx| all.get(idx)).collect()
}

/// Refuses references between fields whose values are never equal.
fn check_families(referring: &[&Field], referenced: &[&Field]) -> Result<()> {
    for (from, to) in referring.iter().zip(referenced) {
        if family(from.kind()) != family(to.kind()) {
            return Err(Error::new(
                ErrorKind::Schema,
                format!(
                    "a foreign key compares `{}`, of the type `{}`, to `{}`, of the type `{}`: their \
                     values are never equal",
                    shorten(from.name()),
                    from.kind(),
                    shorten(to.name()),
                    to.kind()
                ),
            ));
        }
    }
    Ok(())
}

/// A foreign key's resource, and how it is read.
struct Wanted<'j> {
    number: usize,
    resource: &'j Resource,
    schema: Schema,
    /// The fields of `schema` that are referred to.
    fields: Vec<usize>,
}

impl<'j> Wanted<'j> {
    fn new(
        job: &'j Job,
        number: usize,
        name: &str,
        names: &[String],
        referring: &[&Field],
    ) -> Result<Self> {
        let given = job.resources.iter().find(|resource| resource.name == name);
        let resource = given.ok_or_else(|| {
            let name = shorten(name);
            Error::new(
                ErrorKind::Settings,
                format!(
                    "the schema refers to the resource `{name}`, which is not given: say where it \
                     is in a data package, or with --resource '{name}=URI'"
                ),
            )
        })?;
        let mut referenced = referring.to_vec();
        if let Some(own) = &resource.schema {
            referenced.clear();
            for name in names {
                let field = own.fields().iter().find(|field| field.name() == name);
                referenced.push(field.ok_or_else(|| {
                    Error::new(
                        ErrorKind::Schema,
                        format!(
                            "a foreign key refers to the field `{}`, which the schema of the \
                             resource `{}` does not have",
                            shorten(name),
                            shorten(&resource.name)
                        ),
                    )
                })?);
            }
            check_families(referring, &referenced)?;
        }
        let places = |schema: &Schema| -> Vec<usize> {
            let place = |name: &String| schema.fields().iter().position(|f| f.name() == name);
            names.iter().filter_map(place).collect()
        };
        let schema = match &resource.schema {
            // Without a header, a column is known by its place among all.
            Some(own) if !resource.dialect.has_header() => own.of_key_in_place(&places(own)),
            Some(_) | None => Schema::of_key(names, &referenced),
        };
        Ok(Self {
            number,
            resource,
            fields: places(&schema),
            schema,
        })
    }

    async fn load(
        &self,
        job: &Job,
        control: &Control,
        space: KeySpace,
        sets: &[SetId],
    ) -> Result<(KeySpace, ResourceReport)> {
        let quiet = quiet(control);
        let pass = Pass {
            job,
            schema: &self.schema,
            dialect: &self.resource.dialect,
            control: &quiet,
        };
        let asked = Asked::Referenced {
            number: self.number,
        };
        let rules = |plan: &Plan| vec![KeyRule::new(plan, asked, &self.fields)];
        let source = &self.resource.source;
        let collected = pass.collect(source, rules, sets, space).await;
        let identity = source.identity();
        let cause = |kind, cause| {
            let name = shorten(&self.resource.name);
            let message = format!(
                "could not load the resource `{name}` from `{}`",
                identity.uri
            );
            Error::caused(kind, message, cause)
        };
        match collected {
            Ok(Collected::Keys {
                space,
                records,
                malformed,
            }) => Ok((
                space,
                ResourceReport {
                    name: self.resource.name.clone(),
                    uri: identity.uri.clone(),
                    version: identity.version.clone(),
                    records,
                    malformed,
                },
            )),
            Ok(Collected::HeaderRefused { faults, .. }) => {
                let faults = faults
                    .iter()
                    .map(|fault| format!("expected {}", fault.expected));
                let faults: Vec<String> = faults.collect();
                let faults = Error::new(ErrorKind::Source, faults.join("; "));
                Err(cause(ErrorKind::Source, faults))
            }
            Err(err) if err.kind() == ErrorKind::Cancelled => Err(err),
            Err(err) => Err(cause(err.kind(), err)),
        }
    }
}

/// Has a pass leave the run's figures alone: nothing of it is landed.
fn quiet(control: &Control) -> Control {
    Control {
        progress: Arc::default(),
        ..control.clone()
    }
}

/// A pass over a table that collects keys, and nothing else.
struct Pass<'a> {
    job: &'a Job,
    schema: &'a Schema,
    dialect: &'a DialectOptions,
    control: &'a Control,
}

/// What a pass found.
enum Collected {
    Keys {
        space: KeySpace,
        /// How many records were read.
        records: u64,
        /// How many of them do not count.
        malformed: u64,
    },
    HeaderRefused {
        space: KeySpace,
        faults: Vec<HeaderFault>,
    },
}

impl Pass<'_> {
    async fn collect<S: Source>(
        &self,
        source: &S,
        rules: impl FnOnce(&Plan) -> Vec<KeyRule>,
        sets: &[SetId],
        space: KeySpace,
    ) -> Result<Collected> {
        let limits = &self.job.limits;
        let mut reader = Reader::open(source, self.control).await?;
        let beginning = Opener::new(self.dialect, self.job.limits.record_bytes_max);
        let opened = reader
            .begin(beginning, |opener, more| opener.open(self.schema, more))
            .await?;
        let plan = match opened.bound {
            Ok(plan) => plan,
            Err(faults) => return Ok(Collected::HeaderRefused { space, faults }),
        };
        let scanner = Scanner::new(opened.dialect, limits.record_bytes_max, opened.position)
            .with_comment_rows(opened.comment_rows.as_ref());
        let mut batches = reader.into_batches(scanner, &opened.rest, limits.batch_bytes);
        let rules = rules(&plan);
        let mut gate =
            Gate::with_keys(&plan, rules.clone()).with_field_bytes_max(limits.field_bytes_max);
        let mut keys = Keys::new(rules, sets, space);
        let (mut batch, mut verdicts) = (Batch::default(), Verdicts::default());
        let mut malformed = 0;
        while batches.next(&mut batch).await? {
            let n_stretches = batch.index().records().len();
            let mut first = 0;
            while first < n_stretches {
                gate.judge(&batch, first..n_stretches, &mut verdicts);
                let settling = keys.settle(&batch, &mut verdicts);
                let settled = self.control.cancel.run_until_cancelled(settling).await;
                settled.unwrap_or_else(|| Err(Error::cancelled()))?;
                malformed += to_u64(verdicts.rejected().len());
                first = verdicts.slice().end;
            }
        }
        Ok(Collected::Keys {
            space: keys.into_space(),
            records: batches.totals().records,
            malformed,
        })
    }
}
