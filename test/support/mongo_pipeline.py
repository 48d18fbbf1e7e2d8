"""Aggregation pipelines and expressions of MongoDB, as a real server evaluates them.

mongomock has these too, but not $lookup with a pipeline, Decimal128, values that are missing, nor
the order between types; and it lets pass what a server refuses.  Here an operator, stage or option
that is not known is an error.
"""
import datetime
import decimal
import functools
import math
import numbers
import re
import uuid

from bson.decimal128 import Decimal128
from bson.int64 import Int64
from mongomock import filtering

MISSING = filtering.NOTHING


class BadQuery(Exception):
    """What the server answers instead of running a command."""

    def __init__(self, message, code=9):
        super().__init__(message)
        self.code = code


# --- values ----------------------------------------------------------------------------------------

# Decimals are numbers: mongomock's own filters and sorts then compare them as numbers.
numbers.Number.register(Decimal128)


def _plain(value):
    return value.to_decimal() if isinstance(value, Decimal128) else value


def _make_comparable():
    def compared(operation):
        def compare(self, other):
            other = _plain(other)
            if not isinstance(other, (int, float, decimal.Decimal)):
                return NotImplemented
            return operation(self.to_decimal(), other)
        return compare

    Decimal128.__lt__ = compared(lambda a, b: a < b)
    Decimal128.__le__ = compared(lambda a, b: a <= b)
    Decimal128.__gt__ = compared(lambda a, b: a > b)
    Decimal128.__ge__ = compared(lambda a, b: a >= b)
    Decimal128.__eq__ = compared(lambda a, b: a == b)
    Decimal128.__hash__ = lambda self: hash(self.to_decimal())


_make_comparable()


def rank(value):
    """The place of the value's type in the order of types."""
    if value is MISSING:
        return 0
    if value is None:
        return 5
    if isinstance(value, bool):
        return 40
    for types, place in (((int, float, Decimal128, decimal.Decimal), 10), (str, 15), (dict, 20),
                         ((list, tuple), 25), ((bytes, uuid.UUID), 30), (datetime.datetime, 45)):
        if isinstance(value, types):
            return place
    raise BadQuery(f"a value of type {type(value).__name__} cannot be compared here")


def _bytes(value):
    raw = value.bytes if isinstance(value, uuid.UUID) else bytes(value)
    return (len(raw), 4 if isinstance(value, uuid.UUID) else 0, raw)


def compare(a, b):
    """-1, 0 or 1: the order of all values, of whatever type."""
    if rank(a) != rank(b):
        return -1 if rank(a) < rank(b) else 1
    if a is MISSING or a is None:
        return 0
    if isinstance(a, dict):
        a, b = list(a.items()), list(b.items())
        for (key, value), (other_key, other) in zip(a, b):
            found = (rank(value) > rank(other)) - (rank(value) < rank(other)) or \
                (key > other_key) - (key < other_key) or compare(value, other)
            if found:
                return found
        return (len(a) > len(b)) - (len(a) < len(b))
    if isinstance(a, (list, tuple)):
        for value, other in zip(a, b):
            if found := compare(value, other):
                return found
        return (len(a) > len(b)) - (len(a) < len(b))
    if isinstance(a, (bytes, uuid.UUID)):
        a, b = _bytes(a), _bytes(b)
    a, b = _plain(a), _plain(b)
    return (a > b) - (a < b)


order_key = functools.cmp_to_key(compare)


def _hashable(value):
    """The same for values that $group puts into one group."""
    if isinstance(value, dict):
        return ("d", tuple((key, _hashable(each)) for key, each in value.items()))
    if isinstance(value, (list, tuple)):
        return ("l", tuple(_hashable(each) for each in value))
    return (rank(value), _plain(value)) if value is not MISSING else (5, None)


def truth(value):
    if value is MISSING or value is None or value is False:
        return False
    return not (rank(value) == 10 and _plain(value) == 0)


def get_path(value, path):
    """Of a dotted path; through arrays, as expressions see it."""
    for index, name in enumerate(path):
        if isinstance(value, list):
            rest = path[index:]
            found = [get_path(each, rest) for each in value]
            return [each for each in found if each is not MISSING]
        if not isinstance(value, dict) or name not in value:
            return MISSING
        value = value[name]
    return value


def set_path(document, path, value):
    for name in path[:-1]:
        if not isinstance(document.get(name), dict):
            document[name] = {}
        document = document[name]
    if value is MISSING:
        document.pop(path[-1], None)
    else:
        document[path[-1]] = value


# --- expressions -----------------------------------------------------------------------------------

def _is_null(value):
    return value is MISSING or value is None


def _numbers(name, values):
    """The values ready for arithmetic; None if one of them is null."""
    if any(_is_null(value) for value in values):
        return None
    for value in values:
        if rank(value) != 10:
            raise BadQuery(f"{name} only supports numeric types, not {type(value).__name__}", 14)
    if any(isinstance(value, Decimal128) for value in values):
        return [decimal.Decimal(repr(value)) if isinstance(value, float)
                else decimal.Decimal(_plain(value)) for value in values]
    return list(values)


def _number(value):
    """A result as BSON holds it."""
    if isinstance(value, decimal.Decimal):
        with decimal.localcontext(decimal.Context(prec=34)):
            return Decimal128(+value)
    if isinstance(value, int) and not isinstance(value, bool):
        if not -2**63 <= value < 2**63:
            return float(value)
        return Int64(value)
    return value


def _arithmetic(name, fold):
    def run(evaluate, arguments):
        values = _numbers(name, evaluate.all(arguments))
        return None if values is None else _number(fold(values))
    return run


def _divide(values):
    a, b = values
    if b == 0:
        raise BadQuery("can't $divide by zero", 2)
    return a / b if isinstance(a, decimal.Decimal) else float(a) / float(b)


def _modulo(values):
    a, b = values
    if b == 0:
        raise BadQuery("can't $mod by zero", 2)
    return a % b if isinstance(a, decimal.Decimal) else (
        math.fmod(a, b) if float in (type(a), type(b)) else int(math.fmod(a, b)))


def _power(values):
    a, b = values
    return a ** b


def _round(values):
    value, places = values[0], int(values[1]) if len(values) > 1 else 0
    if isinstance(value, decimal.Decimal):
        return value.quantize(decimal.Decimal(1).scaleb(-places), decimal.ROUND_HALF_EVEN)
    return type(value)(round(value, places))


def _truncate(values):
    value, places = values[0], int(values[1]) if len(values) > 1 else 0
    if isinstance(value, decimal.Decimal):
        return value.quantize(decimal.Decimal(1).scaleb(-places), decimal.ROUND_DOWN)
    return type(value)(math.trunc(value * 10**places) / 10**places)


def _whole(function):
    def run(values):
        value = values[0]
        return value if isinstance(value, int) else type(value)(function(value))
    return run


def _comparison(test):
    return lambda evaluate, arguments: test(compare(*evaluate.exactly(arguments, 2)))


def _text(name, values):
    for value in values:
        if not isinstance(value, str):
            raise BadQuery(f"{name} only supports strings, not {type(value).__name__}", 16702)
    return values


def _concat(evaluate, arguments):
    values = evaluate.all(arguments)
    return None if any(map(_is_null, values)) else "".join(_text("$concat", values))


def _case(name, fold):
    """ASCII letters only, as a server without a locale folds them."""
    def run(evaluate, arguments):
        value = evaluate.exactly(arguments, 1)[0]
        if _is_null(value):
            return ""
        if rank(value) == 10:
            value = str(_plain(value))
        return "".join(fold(c) if c.isascii() else c for c in _text(name, [value])[0])
    return run


def _substring(evaluate, arguments):
    text, start, count = evaluate.exactly(arguments, 3)
    return "" if _is_null(text) else text[start:][:count if count >= 0 else None]


def _cond(evaluate, arguments):
    if isinstance(arguments, dict):
        arguments = [arguments["if"], arguments["then"], arguments["else"]]
    condition, then, otherwise = arguments
    return evaluate(then if truth(evaluate(condition)) else otherwise)


def _if_null(evaluate, arguments):
    for each in arguments:
        value = evaluate(each)
        if not _is_null(value):
            return value
    return value


def _switch(evaluate, arguments):
    for branch in arguments["branches"]:
        if truth(evaluate(branch["case"])):
            return evaluate(branch["then"])
    if "default" not in arguments:
        raise BadQuery("$switch could not find a matching branch", 40066)
    return evaluate(arguments["default"])


def _in(evaluate, arguments):
    value, array = evaluate.exactly(arguments, 2)
    if not isinstance(array, list):
        raise BadQuery("$in requires an array as a second argument", 40081)
    return any(compare(value, each) == 0 for each in array)


def _size(evaluate, arguments):
    value = evaluate.exactly(arguments, 1)[0]
    if not isinstance(value, list):
        raise BadQuery("The argument to $size must be an array", 17124)
    return len(value)


def _element(evaluate, arguments):
    array, index = evaluate.exactly(arguments, 2)
    if _is_null(array):
        return None
    return array[index] if -len(array) <= index < len(array) else MISSING


def _filter(evaluate, arguments):
    array = evaluate(arguments["input"])
    if _is_null(array):
        return None
    name = arguments.get("as", "this")
    return [each for each in array if truth(evaluate.with_variable(name, each)(arguments["cond"]))]


def _map(evaluate, arguments):
    array = evaluate(arguments["input"])
    if _is_null(array):
        return None
    name = arguments.get("as", "this")
    found = [evaluate.with_variable(name, each)(arguments["in"]) for each in array]
    return [None if each is MISSING else each for each in found]


def _let(evaluate, arguments):
    inner = evaluate
    for name, value in arguments["vars"].items():
        inner = inner.with_variable(name, evaluate(value))
    return inner(arguments["in"])


def _regex_match(evaluate, arguments):
    text, pattern = evaluate(arguments["input"]), evaluate(arguments["regex"])
    if _is_null(text) or _is_null(pattern):
        return False
    options = arguments.get("options", "")
    if hasattr(pattern, "pattern"):
        return pattern.try_compile().search(text) is not None if hasattr(pattern, "try_compile") \
            else pattern.search(text) is not None
    return compile_regex(pattern, options).search(_text("$regexMatch", [text])[0]) is not None


def compile_regex(pattern, options=""):
    if "\0" in pattern:
        raise BadQuery("Regular expression cannot contain an embedded null byte", 51091)
    flags = 0
    for option in options or "":
        if option not in "imxs":
            raise BadQuery(f"invalid flag in regex options: {option}", 51108)
        flags |= getattr(re, option.upper())
    try:
        # PCRE's \z is Python's \Z.
        return re.compile(pattern.replace(r"\z", r"\Z"), flags)
    except re.error as error:
        raise BadQuery(f"Regular expression is invalid: {error}", 51091) from None


def _convert(name, convert):
    def run(evaluate, arguments):
        value = evaluate.exactly(arguments, 1)[0]
        if _is_null(value):
            return None
        try:
            return convert(value)
        except (ValueError, TypeError, decimal.InvalidOperation):
            raise BadQuery(f"Failed to convert a value in {name}", 241) from None
    return run


EPOCH = datetime.datetime(1970, 1, 1)


def _to_date(value):
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str) or isinstance(value, bool):
        raise ValueError
    # Python counts microseconds, BSON milliseconds.
    return EPOCH + datetime.timedelta(milliseconds=math.trunc(_plain(value)))


def _to_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e16 else repr(value)
    return str(value)


def _to_long(value):
    return Int64((value - EPOCH) // datetime.timedelta(milliseconds=1)) \
        if isinstance(value, datetime.datetime) else Int64(math.trunc(decimal.Decimal(_plain(value))))


def _date_part(part):
    def run(evaluate, arguments):
        if isinstance(arguments, dict) and "date" in arguments:
            arguments = arguments["date"]
        value = evaluate.exactly(arguments, 1)[0]
        if _is_null(value):
            return None
        if not isinstance(value, datetime.datetime):
            raise BadQuery("can't convert to Date", 16006)
        return part(value)
    return run


def _over_array(name, fold):
    """An accumulator used as an expression: over one array or over its arguments."""
    def run(evaluate, arguments):
        values = evaluate.all(arguments)
        if len(values) == 1 and isinstance(values[0], list):
            values = values[0]
        return fold(values)
    return run


def _sum(values):
    return _number(sum(_mixed(values), 0))


def _mixed(values):
    """The numbers among the values, of one Python type."""
    found = [value for value in values if not _is_null(value) and rank(value) == 10]
    return _numbers("$sum", found) or []


def _average(values):
    found = _mixed(values)
    if not found:
        return None
    total = sum(found)
    return _number(total / len(found))


def _least(values):
    found = [value for value in values if not _is_null(value)]
    return min(found, key=order_key) if found else None


def _greatest(values):
    found = [value for value in values if not _is_null(value)]
    return max(found, key=order_key) if found else None


def _deviation(sample):
    def run(values):
        found = [float(value) for value in _mixed(values)]
        count = len(found) - sample
        if count <= 0:
            return None
        mean = sum(found) / len(found)
        return math.sqrt(sum((value - mean) ** 2 for value in found) / count)
    return run


def _unique(values):
    found = {_hashable(value): value for value in values if value is not MISSING}
    return list(found.values())


OPERATORS = {
    "$literal": lambda evaluate, argument: argument,
    "$add": _arithmetic("$add", sum),
    "$subtract": _arithmetic("$subtract", lambda v: v[0] - v[1]),
    "$multiply": _arithmetic("$multiply", math.prod),
    "$divide": _arithmetic("$divide", _divide),
    "$mod": _arithmetic("$mod", _modulo),
    "$pow": _arithmetic("$pow", _power),
    "$abs": _arithmetic("$abs", lambda v: abs(v[0])),
    "$ceil": _arithmetic("$ceil", _whole(math.ceil)),
    "$floor": _arithmetic("$floor", _whole(math.floor)),
    "$round": _arithmetic("$round", _round),
    "$trunc": _arithmetic("$trunc", _truncate),
    "$sqrt": _arithmetic("$sqrt", lambda v: math.sqrt(v[0])),
    "$eq": _comparison(lambda found: found == 0),
    "$ne": _comparison(lambda found: found != 0),
    "$gt": _comparison(lambda found: found > 0),
    "$gte": _comparison(lambda found: found >= 0),
    "$lt": _comparison(lambda found: found < 0),
    "$lte": _comparison(lambda found: found <= 0),
    "$cmp": lambda evaluate, arguments: compare(*evaluate.exactly(arguments, 2)),
    "$and": lambda evaluate, arguments: all(truth(evaluate(each)) for each in arguments),
    "$or": lambda evaluate, arguments: any(truth(evaluate(each)) for each in arguments),
    "$not": lambda evaluate, arguments: not truth(evaluate.exactly(arguments, 1)[0]),
    "$cond": _cond,
    "$ifNull": _if_null,
    "$switch": _switch,
    "$let": _let,
    "$concat": _concat,
    "$toLower": _case("$toLower", str.lower),
    "$toUpper": _case("$toUpper", str.upper),
    "$strLenCP": lambda evaluate, a: len(_text("$strLenCP", evaluate.exactly(a, 1))[0]),
    "$substrCP": _substring,
    "$trim": lambda evaluate, a: None if _is_null(evaluate(a["input"]))
    else evaluate(a["input"]).strip(evaluate(a["chars"]) if "chars" in a else None),
    "$regexMatch": _regex_match,
    "$in": _in,
    "$size": _size,
    "$arrayElemAt": _element,
    "$isArray": lambda evaluate, a: isinstance(evaluate.exactly(a, 1)[0], list),
    "$filter": _filter,
    "$map": _map,
    "$setUnion": lambda evaluate, a: _unique(sum(evaluate.all(a), [])),
    "$concatArrays": lambda evaluate, a: sum(evaluate.all(a), []),
    "$mergeObjects": lambda evaluate, a: {k: v for each in evaluate.all(a) if each
                                          for k, v in each.items()},
    "$toString": _convert("$toString", _to_text),
    "$toDouble": _convert("$toDouble", lambda v: float(_plain(v))),
    "$toDecimal": _convert("$toDecimal", lambda v: Decimal128(str(_plain(v)))),
    "$toLong": _convert("$toLong", _to_long),
    "$toInt": _convert("$toInt", _to_long),
    "$toBool": _convert("$toBool", truth),
    "$toDate": _convert("$toDate", _to_date),
    "$year": _date_part(lambda d: d.year),
    "$month": _date_part(lambda d: d.month),
    "$dayOfMonth": _date_part(lambda d: d.day),
    "$dayOfWeek": _date_part(lambda d: d.isoweekday() % 7 + 1),
    "$isoDayOfWeek": _date_part(lambda d: d.isoweekday()),
    "$dayOfYear": _date_part(lambda d: d.timetuple().tm_yday),
    "$isoWeek": _date_part(lambda d: d.isocalendar()[1]),
    "$hour": _date_part(lambda d: d.hour),
    "$minute": _date_part(lambda d: d.minute),
    "$second": _date_part(lambda d: d.second),
    "$sum": _over_array("$sum", _sum),
    "$avg": _over_array("$avg", _average),
    "$min": _over_array("$min", _least),
    "$max": _over_array("$max", _greatest),
    "$stdDevPop": _over_array("$stdDevPop", _deviation(0)),
    "$stdDevSamp": _over_array("$stdDevSamp", _deviation(1)),
}


class Evaluate:
    """Expressions over one document."""

    def __init__(self, document, variables=None):
        self.document = document
        self.variables = variables or {}

    def with_variable(self, name, value):
        return Evaluate(self.document, {**self.variables, name: value})

    def all(self, arguments):
        return [self(each) for each in (arguments if isinstance(arguments, list) else [arguments])]

    def exactly(self, arguments, count):
        values = self.all(arguments)
        if len(values) != count:
            raise BadQuery(f"an expression takes exactly {count} arguments; {len(values)} given", 16020)
        return values

    def __call__(self, expression):
        if isinstance(expression, str) and expression.startswith("$"):
            return self._path(expression)
        if isinstance(expression, list):
            return [None if each is MISSING else each for each in self.all(expression)]
        if not isinstance(expression, dict):
            return expression
        if len(expression) == 1 and (name := next(iter(expression))).startswith("$"):
            if name not in OPERATORS:
                raise BadQuery(f"Unrecognized expression '{name}'", 168)
            return OPERATORS[name](self, expression[name])
        if any(key.startswith("$") for key in expression):
            raise BadQuery("an object representing an expression must have exactly one field", 15983)
        found = {key: self(each) for key, each in expression.items()}
        return {key: each for key, each in found.items() if each is not MISSING}

    def _path(self, path):
        if not path.startswith("$$"):
            return get_path(self.document, path[1:].split("."))
        name, *rest = path[2:].split(".")
        if name == "REMOVE":
            return MISSING
        if name in ("ROOT", "CURRENT"):
            return get_path(self.document, rest)
        if name not in self.variables:
            raise BadQuery(f"Use of undefined variable: {name}", 17276)
        return get_path(self.variables[name], rest)


# --- filters ---------------------------------------------------------------------------------------

# mongomock does these; regular expressions it takes as Python's.
def _prepared(condition, variables):
    """The filter with regular expressions compiled and $expr decided by Evaluate."""
    if isinstance(condition, list):
        return [_prepared(each, variables) for each in condition]
    if not isinstance(condition, dict):
        return condition
    if "$regex" in condition:
        if unknown := set(condition) - {"$regex", "$options"}:
            return {**_prepared({k: condition[k] for k in unknown}, variables),
                    **_prepared({k: condition[k] for k in condition if k not in unknown}, variables)}
        pattern = condition["$regex"]
        if not isinstance(pattern, str):
            raise BadQuery("$regex has to be a string", 2)
        return {"$regex": compile_regex(pattern, condition.get("$options"))}
    return {key: (each, variables) if key == "$expr" else _prepared(each, variables)
            for key, each in condition.items()}


def _decide(expression, document, ignore_missing_keys=False):
    expression, variables = expression
    return truth(Evaluate(document, variables)(expression))


filtering.register_parse_expression(_decide)


def matcher(condition, variables=None):
    """A function that says whether a document fulfils the filter."""
    prepared = _prepared(condition, variables)
    try:
        filtering.filter_applies(prepared, {})
    except NotImplementedError as error:
        raise BadQuery(str(error)) from None
    except BadQuery:  # of this document's values
        pass
    return lambda document: filtering.filter_applies(prepared, document)


# --- stages ----------------------------------------------------------------------------------------

def sort_documents(documents, keys):
    for key, direction in reversed(list(keys.items())):
        if direction not in (1, -1):
            raise BadQuery("$sort key ordering must be 1 (for ascending) or -1 (for descending)", 15975)
        def order(document, path=key.split(".")):
            value = get_path(document, path)
            if isinstance(value, list):
                value = min(value, key=order_key) if value else None
            return order_key(None if value is MISSING else value)
        documents = sorted(documents, key=order, reverse=direction < 0)
    return documents


def _copy(value):
    if isinstance(value, dict):
        return {key: _copy(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_copy(each) for each in value]
    return value


def _is_kept(value):
    return value is True or (rank(value) == 10 and value != 0)


def project(document, fields, variables):
    """$project: keeps fields, computes new ones, or drops some."""
    drops = {key for key, each in fields.items() if each is False or (rank(each) == 10 and each == 0)}
    if drops - {"_id"}:
        if len(drops) != len(fields):
            raise BadQuery("Cannot do inclusion in exclusion projection", 31254)
        found = _copy(document)
        for key in drops:
            _drop(found, key.split("."))
        return found
    evaluate = Evaluate(document, variables)
    found = {}
    if "_id" in document and "_id" not in fields:
        found["_id"] = document["_id"]
    for key, each in fields.items():
        if key in drops:
            continue
        path = key.split(".")
        value = get_path(document, path) if _is_number(each) else evaluate(each)
        if value is not MISSING:
            set_path(found, path, value)
    return found


def _is_number(value):
    return isinstance(value, bool) or rank(value) == 10


def _drop(document, path):
    for name in path[:-1]:
        document = document.get(name) if isinstance(document, dict) else None
    if isinstance(document, dict):
        document.pop(path[-1], None)


ACCUMULATORS = {
    "$sum": _sum,
    "$avg": _average,
    "$min": _least,
    "$max": _greatest,
    "$first": lambda values: None if not values or values[0] is MISSING else values[0],
    "$last": lambda values: None if not values or values[-1] is MISSING else values[-1],
    "$push": lambda values: [value for value in values if value is not MISSING],
    "$addToSet": _unique,
    "$stdDevPop": _deviation(0),
    "$stdDevSamp": _deviation(1),
}


class Pipeline:
    """Stages over documents; `collection` gives the documents of another collection by its name."""

    def __init__(self, collection, variables=None):
        self.collection = collection
        self.variables = variables or {}

    def run(self, stages, documents):
        documents = [_copy(document) for document in documents]
        for stage in stages:
            if len(stage) != 1:
                raise BadQuery("A pipeline stage specification object must contain exactly one field",
                               40323)
            (name, options), = stage.items()
            method = getattr(self, "stage_" + name[1:], None)
            if method is None:
                raise BadQuery(f"Unrecognized pipeline stage name: '{name}'", 40324)
            documents = list(method(documents, options))
        return documents

    def stage_match(self, documents, options):
        matches = matcher(options, self.variables)
        return [document for document in documents if matches(document)]

    def stage_sort(self, documents, options):
        return sort_documents(documents, options)

    def stage_skip(self, documents, options):
        return documents[options:]

    def stage_limit(self, documents, options):
        if options <= 0:
            raise BadQuery("the limit must be positive", 15958)
        return documents[:options]

    def stage_count(self, documents, options):
        return [{options: len(documents)}] if documents else []

    def stage_project(self, documents, options):
        if not options:
            raise BadQuery("Invalid $project :: the specification must have at least one field", 51272)
        return [project(document, options, self.variables) for document in documents]

    def stage_set(self, documents, options):
        for document in documents:
            evaluate = Evaluate(document, self.variables)
            found = [(key.split("."), evaluate(each)) for key, each in options.items()]
            for path, value in found:
                set_path(document, path, _copy(value))
        return documents

    stage_addFields = stage_set

    def stage_unset(self, documents, options):
        for document in documents:
            for key in options if isinstance(options, list) else [options]:
                _drop(document, key.split("."))
        return documents

    def stage_replaceRoot(self, documents, options):
        found = [Evaluate(document, self.variables)(options["newRoot"]) for document in documents]
        if not all(isinstance(each, dict) for each in found):
            raise BadQuery("'newRoot' expression must evaluate to an object", 40228)
        return found

    def stage_replaceWith(self, documents, options):
        return self.stage_replaceRoot(documents, {"newRoot": options})

    def stage_unwind(self, documents, options):
        if isinstance(options, str):
            options = {"path": options}
        path = options["path"][1:].split(".")
        for document in documents:
            value = get_path(document, path)
            if isinstance(value, list) and value:
                for each in value:
                    out = _copy(document)
                    set_path(out, path, _copy(each))
                    yield out
            elif value is not MISSING and value is not None and value != []:
                yield document
            elif options.get("preserveNullAndEmptyArrays"):
                if value == []:
                    _drop(document, path)
                yield document

    def stage_lookup(self, documents, options):
        if unknown := set(options) - {"from", "localField", "foreignField", "as", "let", "pipeline"}:
            raise BadQuery(f"unknown argument to $lookup: {unknown.pop()}")
        foreign = self.collection(options["from"])
        for document in documents:
            found = foreign
            if "localField" in options:
                local = get_path(document, options["localField"].split("."))
                wanted = local if isinstance(local, list) else [None if local is MISSING else local]
                path = options["foreignField"].split(".")
                found = [each for each in foreign if _joins(get_path(each, path), wanted)]
            evaluate = Evaluate(document, self.variables)
            variables = {**self.variables,
                         **{name: evaluate(each) for name, each in options.get("let", {}).items()}}
            found = Pipeline(self.collection, variables).run(options.get("pipeline", []), found)
            set_path(document, options["as"].split("."), found)
        return documents

    def stage_group(self, documents, options):
        groups = {}
        for document in documents:
            key = Evaluate(document, self.variables)(options["_id"])
            groups.setdefault(_hashable(key), (None if key is MISSING else key, []))[1].append(document)
        for key, members in groups.values():
            found = {"_id": key}
            for name, accumulator in options.items():
                if name == "_id":
                    continue
                (operator, expression), = accumulator.items()
                if operator not in ACCUMULATORS:
                    raise BadQuery(f"unknown group operator '{operator}'", 15952)
                values = [Evaluate(member, self.variables)(expression) for member in members]
                found[name] = ACCUMULATORS[operator](values)
            yield found

    def stage_facet(self, documents, options):
        return [{name: self.run(stages, documents) for name, stages in options.items()}]

    def stage_unionWith(self, documents, options):
        other = Pipeline(self.collection).run(options.get("pipeline", []), self.collection(options["coll"]))
        return documents + other

    def stage_sample(self, documents, options):
        return documents[:options["size"]]


def _joins(value, wanted):
    values = value if isinstance(value, list) else [None if value is MISSING else value]
    return any(compare(a, b) == 0 for a in values for b in wanted)
