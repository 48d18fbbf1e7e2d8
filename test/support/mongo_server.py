#!/usr/bin/python3
"""A small MongoDB server for tests: the wire protocol over mongomock, in memory.

    mongo_server.py [--port N] [--replica-set NAME]

prints `ready PORT` when it listens on 127.0.0.1 and ends when its standard input does, so that it
never outlives the test that started it.  Without --port it takes a free one.  With --replica-set it
says that it is the primary of one, and offers transactions; else it is a standalone server, which
has none.

It is stricter than mongomock: an unknown command or option is refused as a real server refuses it.
OP_MSG is spoken, and OP_QUERY for the first hello.
"""
import argparse
import collections
import itertools
import socketserver
import struct
import sys
import threading
import time

import bson
import mongomock
from bson.codec_options import CodecOptions
from bson.binary import STANDARD
from bson.int64 import Int64
from mongomock import store as mock_store
from mongomock.collection import Collection

from mongo_pipeline import BadQuery, MISSING, Pipeline, compare, get_path, matcher, project, \
    sort_documents, _copy, _prepared

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
DOCUMENT_BYTES_MAX = 16 * 1024 * 1024
MESSAGE_BYTES_MAX = 48_000_000
BATCH_DOCUMENTS = 101  # of a first batch, as a real server sends
CODEC = CodecOptions(uuid_representation=STANDARD)

# Options that any command may have and that change nothing here.
COMMON = {"$db", "lsid", "$readPreference", "$clusterTime", "writeConcern", "readConcern", "txnNumber",
          "autocommit", "startTransaction", "maxTimeMS", "comment", "apiVersion"}


class Refused(BadQuery):
    def __init__(self, code, message, **more):
        super().__init__(message, code)
        self.more = more


# --- unique indexes --------------------------------------------------------------------------------

def _index_key(document, index):
    """The entry of the document in the index; None if it has none."""
    condition = index.get("partialFilterExpression")
    if condition is not None and not matcher(condition)(document):
        return None
    values = [get_path(document, path.split(".")) for path, _ in index["key"]]
    return [None if value is MISSING else value for value in values]


def _duplicate(collection, name, index):
    key = {path: direction for path, direction in index["key"]}
    return Refused(11000, f"E11000 duplicate key error collection: {collection.full_name} "
                          f"index: {name} dup key: {{ hidden }}", keyPattern=key, keyValue={})


def _ensure_uniques(collection, document):
    """In place of mongomock's, which does not say which index, and miscounts partial ones."""
    for name, index in collection._store.indexes.items():
        if not index.get("unique"):
            continue
        key = _index_key(document, index)
        if key is None:
            continue
        for other in collection._store.documents:
            if other["_id"] != document["_id"] and (found := _index_key(other, index)) is not None \
                    and compare(found, key) == 0:
                raise _Duplicate(_duplicate(collection, name, index))


class _Duplicate(mongomock.DuplicateKeyError):
    def __init__(self, refusal):
        super().__init__(str(refusal), 11000)
        self.refusal = refusal


Collection._ensure_uniques = _ensure_uniques


# --- transactions ----------------------------------------------------------------------------------

def _clone(database):
    """A copy of a database that can be written to; documents are replaced, never changed."""
    copy = mock_store.DatabaseStore()
    for name, collection in database._collections.items():
        other = copy[name]
        other._documents.update(collection._documents)
        other.indexes = dict(collection.indexes)
        other._is_force_created = collection._is_force_created
    return copy


class Transaction:
    """A snapshot of a database.  The collections that it writes are its own until it ends: others
    who write them wait, and it meets a conflict where they were first."""

    def __init__(self, session, number, name, database, versions):
        self.session, self.number, self.name = session, number, name
        self.client = mongomock.MongoClient()
        self.client._store._databases[name] = _clone(database)
        self.versions = dict(versions)
        self.written = set()


# --- commands --------------------------------------------------------------------------------------

class Database:
    """All that the server holds.  One command at a time; one transaction at a time: the next one
    waits for it, who reads sees what was before."""

    WRITES = {"insert", "update", "delete", "findAndModify", "createIndexes", "dropIndexes", "create",
              "drop", "renameCollection", "dropDatabase"}

    def __init__(self, replica_set):
        self.replica_set = replica_set
        self.client = mongomock.MongoClient()
        self.turn = threading.Condition()
        self.transaction = None
        self.versions = collections.Counter()  # of (database, collection)
        self.cursors = {}
        self.cursor_ids = itertools.count(1)
        self.address = None

    def run(self, command):
        name = next(iter(command))
        canonical = {"ismaster": "hello", "isMaster": "hello", "findandmodify": "findAndModify",
                     "buildinfo": "buildInfo"}.get(name, name)
        method = getattr(self, "command_" + canonical, None)
        if method is None:
            raise Refused(59, f"no such command: '{name}'")
        with self.turn:
            client = self._client_of(command, canonical)
            try:
                return method(client[command.get("$db", "admin")], command)
            except (BadQuery, mongomock.PyMongoError):
                if client is not self.client:
                    self._end()  # a failure inside a transaction ends it
                raise

    # Which data the command works on.
    def _client_of(self, command, name):
        written = (command.get("$db"), command[next(iter(command))]) if name in self.WRITES else None
        if "autocommit" not in command:
            if written:
                self.turn.wait_for(lambda: not self.transaction or written not in self.transaction.written)
                self.versions[written] += 1
            return self.client
        if not self.replica_set:
            raise Refused(20, "Transaction numbers are only allowed on a replica set member or mongos")
        session, number = bytes(_raw(command["lsid"]["id"])), command["txnNumber"]
        if command.get("startTransaction"):
            self.turn.wait_for(lambda: self.transaction is None)
            database = self.client._store[command["$db"]]
            self.transaction = Transaction(session, number, command["$db"], database, self.versions)
        current = self.transaction
        if current is None or (current.session, current.number) != (session, number):
            if name in ("commitTransaction", "abortTransaction"):
                raise Refused(251, "no such transaction")
            raise Refused(251, f"Given transaction number {number} does not match any in-progress "
                               "transactions", errorLabels=["TransientTransactionError"])
        if name in ("createIndexes", "dropIndexes", "drop", "renameCollection", "listIndexes",
                    "listCollections", "count"):
            raise Refused(263, f"Cannot run '{name}' in a multi-document transaction.")
        if written and written not in current.written:
            if current.versions.get(written, 0) != self.versions.get(written, 0):
                self._end()
                raise Refused(112, "WriteConflict", errorLabels=["TransientTransactionError"])
            current.written.add(written)
        return current.client

    def _end(self):
        self.transaction = None
        self.turn.notify_all()

    def command_commitTransaction(self, _, command):
        current = self.transaction
        ours, theirs = (client._store[current.name] for client in (self.client, current.client))
        for written in current.written:
            self.versions[written] += 1
            ours._collections[written[1]] = theirs._collections[written[1]]
        self._end()
        return {}

    def command_abortTransaction(self, _, command):
        self._end()
        return {}

    def forget_session(self, session):
        with self.turn:
            if self.transaction and self.transaction.session == session:
                self._end()

    # --- about the server

    def command_hello(self, _, command):
        answer = {"ismaster": True, "isWritablePrimary": True, "helloOk": True,
                  "maxBsonObjectSize": DOCUMENT_BYTES_MAX, "maxMessageSizeBytes": MESSAGE_BYTES_MAX,
                  "maxWriteBatchSize": 100_000, "logicalSessionTimeoutMinutes": 30,
                  "minWireVersion": 0, "maxWireVersion": 13, "readOnly": False, "connectionId": 1}
        if self.replica_set:
            answer.update(setName=self.replica_set, setVersion=1, hosts=[self.address],
                          primary=self.address, me=self.address, secondary=False)
        return answer

    def command_ping(self, *_):
        return {}

    def command_buildInfo(self, *_):
        return {"version": "5.0.0", "versionArray": [5, 0, 0, 0], "maxBsonObjectSize": DOCUMENT_BYTES_MAX}

    def command_startSession(self, *_):
        raise Refused(59, "sessions are made by the client")

    def command_endSessions(self, _, command):
        for session in command["endSessions"]:
            self.forget_session(bytes(_raw(session["id"])))
        return {}

    # --- reading

    def command_find(self, database, command):
        _allow(command, "find", "filter", "sort", "projection", "skip", "limit", "batchSize",
               "singleBatch", "hint")
        found = _documents(database, command["find"])
        matches = matcher(command.get("filter", {}))
        found = [document for document in found if matches(document)]
        if command.get("sort"):
            found = sort_documents(found, command["sort"])
        found = found[command.get("skip", 0):]
        if limit := command.get("limit", 0):
            found = found[:limit]
        if fields := command.get("projection"):
            found = [project(document, fields, {}) for document in found]
        return self._cursor(database, command["find"], found, command)

    def command_aggregate(self, database, command):
        _allow(command, "aggregate", "pipeline", "cursor", "allowDiskUse", "let", "hint")
        if "cursor" not in command:
            raise Refused(9, "The 'cursor' option is required")
        pipeline = Pipeline(lambda name: list(_documents(database, name)))
        source = [{}] if command["aggregate"] == 1 else _documents(database, command["aggregate"])
        found = pipeline.run(command["pipeline"], source)
        return self._cursor(database, str(command["aggregate"]), found, command)

    def command_count(self, database, command):
        _allow(command, "count", "query", "skip", "limit", "hint")
        matches = matcher(command.get("query", {}))
        found = [each for each in _documents(database, command["count"]) if matches(each)]
        found = found[command.get("skip", 0):]
        return {"n": len(found[:command["limit"]] if command.get("limit") else found)}

    def command_distinct(self, database, command):
        _allow(command, "distinct", "key", "query")
        matches, found = matcher(command.get("query", {})), []
        for document in _documents(database, command["distinct"]):
            value = get_path(document, command["key"].split("."))
            if matches(document) and value is not MISSING and value not in found:
                found.append(value)
        return {"values": found}

    def _cursor(self, database, name, documents, command):
        options = command.get("cursor", command)
        size = options.get("batchSize", BATCH_DOCUMENTS)
        space = f"{database.name}.{name}"
        first, rest = documents[:size], documents[size:]
        cursor_id = 0
        if rest and not options.get("singleBatch"):
            cursor_id = next(self.cursor_ids)
            self.cursors[cursor_id] = rest, command.get("lsid")
        return {"cursor": {"id": Int64(cursor_id), "ns": space, "firstBatch": first}}

    def command_getMore(self, database, command):
        cursor_id = command["getMore"]
        if cursor_id not in self.cursors:
            raise Refused(43, f"cursor id {cursor_id} not found")
        documents, session = self.cursors.pop(cursor_id)
        if session != command.get("lsid"):
            raise Refused(50738, "Cannot run getMore on a cursor that was created in another session")
        size = command.get("batchSize") or 1000
        batch, rest = documents[:size], documents[size:]
        if rest:
            self.cursors[cursor_id] = rest, session
        return {"cursor": {"id": Int64(cursor_id if rest else 0),
                           "ns": f"{database.name}.{command['collection']}", "nextBatch": batch}}

    def command_killCursors(self, _, command):
        for cursor_id in command["cursors"]:
            self.cursors.pop(cursor_id, None)
        return {"cursorsKilled": command["cursors"]}

    # --- writing

    def command_insert(self, database, command):
        _allow(command, "insert", "documents", "ordered", "bypassDocumentValidation")
        return self._each(command, command["documents"],
                          lambda document: _insert(database[command["insert"]], document))

    def command_update(self, database, command):
        _allow(command, "update", "updates", "ordered", "bypassDocumentValidation")
        changed, upserted = [], []

        def run(statement):
            _allow(statement, "q", "u", "multi", "upsert", "hint")
            found, modified, new = _update(database[command["update"]], statement)
            changed.append(modified)
            if new is not None:
                upserted.append({"index": len(changed) - 1, "_id": new})
            return found

        answer = self._each(command, command["updates"], run)
        answer["nModified"] = sum(changed)
        return {**answer, "upserted": upserted} if upserted else answer

    def command_delete(self, database, command):
        _allow(command, "delete", "deletes", "ordered")

        def run(statement):
            _allow(statement, "q", "limit", "hint")
            collection, matches = database[command["delete"]], matcher(statement["q"])
            found = [each["_id"] for each in collection._store.documents if matches(each)]
            found = found[:1] if statement["limit"] else found
            for key in found:
                del collection._store[key]
            return len(found)

        return self._each(command, command["deletes"], run)

    def _each(self, command, statements, run):
        """One statement after the other; what failed is told, by default it is the last."""
        count, errors = 0, []
        for index, statement in enumerate(statements):
            try:
                count += run(statement)
            except (BadQuery, mongomock.PyMongoError) as error:
                if "autocommit" in command:
                    self._end()
                errors.append({"index": index, **_failure(error)})
                if command.get("ordered", True):
                    break
        return {"n": count, "writeErrors": errors} if errors else {"n": count}

    def command_findAndModify(self, database, command):
        _allow(command, "findAndModify", "findandmodify", "query", "sort", "update", "remove", "new",
               "upsert", "fields", "bypassDocumentValidation")
        collection = database[command.get("findAndModify") or command["findandmodify"]]
        matches = matcher(command.get("query", {}))
        found = [each for each in collection._store.documents if matches(each)]
        if command.get("sort"):
            found = sort_documents(found, command["sort"])
        before = _copy(found[0]) if found else None
        if command.get("remove"):
            if before:
                del collection._store[before["_id"]]
            return {"value": before, "lastErrorObject": {"n": int(before is not None)}}
        query = {"_id": before["_id"]} if before else command.get("query", {})
        _, _, new = _update(collection, {"q": query, "u": command["update"],
                                         "upsert": command.get("upsert", False)})
        value = before
        if command.get("new"):
            key = before["_id"] if before else new
            value = None if key is None else _copy(collection._store[key])
        if value and command.get("fields"):
            value = project(value, command["fields"], {})
        return {"value": value, "lastErrorObject": {"n": 1, "updatedExisting": before is not None}}

    # --- collections and indexes

    def command_create(self, database, command):
        _allow(command, "create")
        name = command["create"]
        if database._store[name].is_created:
            raise Refused(48, f"Collection {database.name}.{name} already exists.")
        database._store.create_collection(name)
        return {}

    def command_drop(self, database, command):
        if not database._store[command["drop"]].is_created:
            raise Refused(26, "ns not found")
        database._store[command["drop"]].drop()
        return {}

    def command_dropDatabase(self, database, command):
        for name in database._store.list_created_collection_names():
            database._store[name].drop()
        return {"dropped": database.name}

    def command_renameCollection(self, _, command):
        (name, old), (other, new) = (command[key].split(".", 1) for key in ("renameCollection", "to"))
        store = self.client._store[name]
        if name != other:
            raise Refused(20, "a collection cannot change its database here")
        if not store[old].is_created:
            raise Refused(26, "Source collection does not exist")
        if store[new].is_created:
            if not command.get("dropTarget"):
                raise Refused(48, "target namespace exists")
            store[new].drop()
        store.rename(old, new)
        return {}

    def command_listCollections(self, database, command):
        names = [{"name": name, "type": "collection"}
                 for name in database._store.list_created_collection_names()]
        matches = matcher(command.get("filter", {}))
        return self._cursor(database, "$cmd.listCollections", [n for n in names if matches(n)], command)

    def command_createIndexes(self, database, command):
        _allow(command, "createIndexes", "indexes", "commitQuorum")
        collection = database[command["createIndexes"]]
        for wanted in command["indexes"]:
            _allow(wanted, "key", "name", "unique", "partialFilterExpression", "sparse", "background")
            _create_index(collection, wanted)
        return {"numIndexesAfter": len(collection._store.indexes) + 1}

    def command_listIndexes(self, database, command):
        store = database._store[command["listIndexes"]]
        if not store.is_created:
            raise Refused(26, f"ns does not exist: {database.name}.{command['listIndexes']}")
        found = [{"v": 2, "key": {"_id": 1}, "name": "_id_"}]
        for name, index in store.indexes.items():
            found.append({"v": 2, **index, "key": dict(index["key"]), "name": name})
        return self._cursor(database, command["listIndexes"], found, command)

    def command_dropIndexes(self, database, command):
        store, name = database._store[command["dropIndexes"]], command["index"]
        if not store.is_created:
            raise Refused(26, "ns not found")
        if name == "*":
            store.indexes.clear()
        elif name not in store.indexes:
            raise Refused(27, f"index not found with name [{name}]")
        else:
            del store.indexes[name]
        return {"nIndexesWas": len(store.indexes) + 1}


def _allow(options, *names):
    for key in options:
        if key not in names and key not in COMMON:
            raise Refused(40415, f"BSON field '{key}' is an unknown field.")


def _raw(value):
    return value.bytes if hasattr(value, "bytes") else value


def _documents(database, name):
    return list(database._store[name].documents)


def _checked(document):
    if len(bson.encode(document, codec_options=CODEC)) > DOCUMENT_BYTES_MAX:
        raise Refused(10334, "BSONObj size is invalid: object to insert is too large")


def _insert(collection, document):
    _checked(document)
    for key in document:
        if key.startswith("$"):
            raise Refused(52, f"The dollar ($) prefixed field '{key}' is not allowed")
    if document.get("_id", MISSING) in collection._store:
        raise _duplicate(collection, "_id_", {"key": [("_id", 1)]})
    collection._store[document.setdefault("_id", bson.ObjectId())] = document
    try:
        _ensure_uniques(collection, document)
    except _Duplicate:
        del collection._store[document["_id"]]
        raise
    return 1


def _update(collection, statement):
    """(documents found, changed, the _id of a new one)."""
    query, update = statement["q"], statement["u"]
    matches, store = matcher(query), collection._store
    found = [each for each in store.documents if matches(each)]
    if not statement.get("multi"):
        found = found[:1]
    changed = 0
    for before in found:
        if isinstance(update, list):
            after, = Pipeline(lambda name: []).run(_update_stages(update), [before])
            _put(collection, before, after)
        else:
            _apply(collection, before, update)
        _checked(store[before["_id"]])
        changed += store[before["_id"]] != before
    if found or not statement.get("upsert"):
        return len(found), changed, None
    if isinstance(update, list):
        raise Refused(9, "an upsert with a pipeline is not offered here")
    answer = collection._update(_prepared(query, None), update, upsert=True)
    return 1, 0, answer["upserted"]


def _update_stages(stages):
    for stage in stages:
        if not set(stage) <= {"$set", "$addFields", "$unset", "$project", "$replaceWith", "$replaceRoot"}:
            raise Refused(72, "a stage is not allowed to be used within an update")
    return stages


def _apply(collection, before, update):
    """With mongomock's operators, on a copy."""
    operators = [key for key in update if key.startswith("$")]
    if operators and len(operators) != len(update):
        raise Refused(9, "unknown modifier in an update")
    scratch = mongomock.MongoClient().scratch.scratch
    scratch._store[before["_id"]] = _copy(before)
    if operators:
        scratch._update({"_id": before["_id"]}, update)
        after = scratch._store[before["_id"]]
    else:
        after = {"_id": before["_id"], **update}
    _put(collection, before, after)


def _put(collection, before, after):
    if compare(after.get("_id"), before["_id"]):
        raise Refused(66, "Performing an update on the path '_id' would modify the immutable field '_id'")
    collection._store[before["_id"]] = after
    try:
        _ensure_uniques(collection, after)
    except _Duplicate:
        collection._store[before["_id"]] = before
        raise


def _create_index(collection, wanted):
    name = wanted["name"]
    index = {"key": list(wanted["key"].items())}
    if wanted.get("unique"):
        index["unique"] = True
    if "partialFilterExpression" in wanted:
        index["partialFilterExpression"] = wanted["partialFilterExpression"]
    existing = collection._store.indexes.get(name)
    if existing == index:
        return
    if existing:
        raise Refused(86, f"An existing index has the same name as the requested index: {name}")
    if index.get("unique"):
        keys = []
        for document in collection._store.documents:
            key = _index_key(document, index)
            if key is not None and any(compare(key, other) == 0 for other in keys):
                raise _duplicate(collection, name, index)
            keys += [] if key is None else [key]
    collection._store.create_index(name, index)


def _failure(error):
    refusal = getattr(error, "refusal", error)
    if isinstance(refusal, Refused):
        return {"code": refusal.code, "errmsg": str(refusal), **refusal.more}
    return {"code": getattr(refusal, "code", None) or 9, "errmsg": str(refusal)}


# --- the wire --------------------------------------------------------------------------------------

def _parse_message(body):
    """The command of an OP_MSG: its document, with the sequences of documents beside it."""
    flags, = struct.unpack_from("<I", body)
    if flags & ~0b1_0000_0000_0000_0011:
        raise ValueError("unknown flags")
    end = len(body) - (4 if flags & 1 else 0)
    at, command, sequences = 4, None, {}
    while at < end:
        kind, size = body[at], struct.unpack_from("<i", body, at + 1)[0]
        section = body[at + 1:at + 1 + size]
        at += 1 + size
        if kind == 0:
            command = bson.decode(section, codec_options=CODEC)
        else:
            name_end = section.index(0, 4)
            sequences[section[4:name_end].decode()] = bson.decode_all(section[name_end + 1:], CODEC)
    return {**command, **sequences}, bool(flags & 2)


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        self.sessions = set()
        try:
            while header := self.rfile.read(16):
                size, request, _, code = struct.unpack("<iiii", header)
                if not 16 < size <= MESSAGE_BYTES_MAX:
                    return
                self.answer(request, code, self.rfile.read(size - 16))
        except (OSError, struct.error, ValueError):
            pass
        finally:
            for session in self.sessions:
                self.server.database.forget_session(session)

    def answer(self, request, code, body):
        if code == OP_QUERY:  # flags, name, skip, limit, document
            at = body.index(0, 4) + 9
            size, = struct.unpack_from("<i", body, at)
            document = self.run(bson.decode(body[at:at + size], codec_options=CODEC))
            reply = struct.pack("<iqii", 8, 0, 0, 1) + bson.encode(document, codec_options=CODEC)
            return self.send(request, OP_REPLY, reply)
        if code != OP_MSG:
            raise ValueError("unknown opcode")
        command, is_silent = _parse_message(body)
        document = self.run(command)
        if not is_silent:
            self.send(request, OP_MSG, b"\0\0\0\0\0" + bson.encode(document, codec_options=CODEC))

    def run(self, command):
        if "autocommit" in command:
            self.sessions.add(bytes(_raw(command["lsid"]["id"])))
        try:
            return {**self.server.database.run(command), "ok": 1.0}
        except (BadQuery, mongomock.PyMongoError) as error:
            return {"ok": 0.0, **_failure(error)}
        except Exception as error:  # a defect of this server: the test shall see it
            import traceback
            traceback.print_exc()
            return {"ok": 0.0, "code": 8, "errmsg": f"the test server failed: {error!r}"}

    def send(self, request, code, body):
        self.wfile.write(struct.pack("<iiii", 16 + len(body), 0, request, code) + body)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--replica-set", default="")
    arguments = parser.parse_args()
    deadline = time.monotonic() + 5
    while True:  # the port of a server that was killed may be busy for a moment
        try:
            server = Server(("127.0.0.1", arguments.port), Connection)
            break
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    server.database = Database(arguments.replica_set)
    server.database.address = "127.0.0.1:%d" % server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", server.server_address[1], flush=True)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
