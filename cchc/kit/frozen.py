"""Migration operations that make rows unchangeable, also for SQL typed by hand (design 0.21)."""

from django.db.migrations.operations import RunSQL

_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{body}
END $$;
CREATE TRIGGER {name} BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
CREATE OR REPLACE FUNCTION {name}_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{table} is frozen' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {name}_truncate();
"""
_REVERSE = """
DROP TRIGGER IF EXISTS {name}_truncate ON {table};
DROP TRIGGER IF EXISTS {name} ON {table};
DROP FUNCTION IF EXISTS {name}_truncate();
DROP FUNCTION IF EXISTS {name}();
"""
_REFUSE = "RAISE EXCEPTION '{table} is frozen' USING ERRCODE = 'restrict_violation';"


def freeze(table: str, *, unless: str = "false", events: str = "UPDATE OR DELETE") -> RunSQL:
    """Refuse `events` and TRUNCATE on `table`, except rows where the SQL `unless` holds.

    `unless` sees OLD and NEW as a trigger does; with DELETE, NEW is null.
    """
    name = f"freeze_{table}"
    refuse = _REFUSE.format(table=table)
    body = f"IF ({unless}) THEN RETURN COALESCE(NEW, OLD); END IF;\n{refuse}"
    names = {"name": name, "table": table, "events": events, "body": body}
    return RunSQL(_FUNCTION.format(**names), _REVERSE.format(**names))


def same_but(*columns: str) -> str:
    """Return the SQL condition that an UPDATE changes nothing but `columns`."""
    listed = ", ".join(f"'{column}'" for column in columns)
    drop = f"ARRAY[{listed}]::text[]"
    return f"TG_OP = 'UPDATE' AND (to_jsonb(OLD) - {drop}) = (to_jsonb(NEW) - {drop})"
