#include "catalog/check.h"

#include "catalog/rows.h"

#include <array>

namespace alexander::catalog {
namespace {

// Each selects sentences. Names are shown as hex, since they may be any bytes.
constexpr std::array<sql::SqlText, 15> contradictions{
    // Where bytes lie.

    "SELECT 'chunk ' || chunk.id || ' lies in pack ' || chunk.pack || ', which has no row'"
    " FROM chunk LEFT JOIN pack ON pack.id = chunk.pack"
    " WHERE chunk.pack <> 0 AND pack.id IS NULL LIMIT 100",
    "SELECT 'chunk ' || chunk.id || ' ends beyond what is durable of pack ' || pack.id"
    " FROM chunk JOIN pack ON pack.id = chunk.pack"
    " WHERE chunk.offset_bytes + chunk.length_bytes > max(pack.durable_length, pack.size) LIMIT "
    "100",
    "SELECT 'chunk ' || chunk.id || ' has neither pack nor inline record'"
    " FROM chunk LEFT JOIN inline_record ON inline_record.chunk = chunk.id"
    " WHERE chunk.pack = 0 AND inline_record.chunk IS NULL LIMIT 100",
    "SELECT 'the inline record of chunk ' || inline_record.chunk || ' is nobody''s'"
    " FROM inline_record LEFT JOIN chunk ON chunk.id = inline_record.chunk"
    " WHERE chunk.id IS NULL OR chunk.pack <> 0 LIMIT 100",
    "SELECT 'an identity names chunk ' || chunk_identity.chunk || ', which has no row'"
    " FROM chunk_identity LEFT JOIN chunk ON chunk.id = chunk_identity.chunk"
    " WHERE chunk.id IS NULL LIMIT 100",
    "SELECT 'chunk ' || id || ' has no identity' FROM chunk"
    " WHERE id NOT IN (SELECT chunk FROM chunk_identity) LIMIT 100",
    "SELECT 'chunk ' || chunk || ' has ' || count(*) || ' identities' FROM chunk_identity"
    " GROUP BY chunk HAVING count(*) > 1 LIMIT 100",

    // Names.
    "SELECT 'name ' || hex(name) || ' in directory ' || parent || ' is of bucket ' ||"
    " bucket || ', which has no row'"
    " FROM slot WHERE bucket NOT IN (SELECT id FROM bucket) LIMIT 100",
    "SELECT 'name ' || hex(name) || ' lies in ' || parent || ', which is no directory'"
    " FROM slot WHERE parent NOT IN (SELECT root_ino FROM bucket) AND NOT EXISTS"
    " (SELECT 1 FROM slot AS above WHERE above.ino = slot.parent AND above.kind = 1)"
    " LIMIT 100",
    "SELECT 'name ' || hex(slot.name) || ' in directory ' || slot.parent || ' has ' ||"
    " slot.size || ' bytes, its content ' || content.size"
    " FROM slot JOIN content ON content.id = slot.content"
    " WHERE content.size <> slot.size AND slot.flags & 2 = 0 LIMIT 100",
    "SELECT 'version ' || version.seq || ' of key ' || hex(version.key) || ' has ' ||"
    " version.size || ' bytes, its content ' || content.size"
    " FROM version JOIN content ON content.id = version.content"
    " WHERE content.size <> version.size LIMIT 100",
    "SELECT 'version ' || seq || ' of key ' || hex(key) || ' is of bucket ' || bucket ||"
    " ', which has no row'"
    " FROM version WHERE bucket NOT IN (SELECT id FROM bucket) LIMIT 100",
    "SELECT 'part ' || number || ' is of upload ' || hex(upload) || ', which has no row'"
    " FROM part WHERE upload NOT IN (SELECT id FROM upload) LIMIT 100",

    // What is counted.
    "SELECT 'bucket ' || usage.bucket || ' counts ' || usage.versions ||"
    " ' versions and has ' || (SELECT count(*) FROM version"
    " WHERE version.bucket = usage.bucket) FROM usage WHERE usage.versions <>"
    " (SELECT count(*) FROM version WHERE version.bucket = usage.bucket) LIMIT 100",
    "SELECT 'bucket ' || usage.bucket || ' counts ' || usage.objects ||"
    " ' objects and has another number'"
    " FROM usage WHERE usage.objects <>"
    " (SELECT count(*) FROM slot WHERE slot.bucket = usage.bucket"
    " AND (slot.kind <> 1 OR slot.flags & 8)) LIMIT 100",
};

void append_texts(sql::Connection& connection, sql::SqlText sql, std::vector<std::string>& texts) {
    sql::Query query(connection, sql);
    while (query.next()) {
        std::string text;
        query.row().read(text);
        texts.push_back(std::move(text));
    }
}

}  // namespace

std::vector<std::string> find_contradictions(Snapshot& snapshot) {
    std::vector<std::string> found;
    for (const sql::SqlText& sql : contradictions) {
        append_texts(snapshot.connection(), sql, found);
    }
    return found;
}

std::vector<std::string> find_database_damage(Snapshot& snapshot) {
    std::vector<std::string> found;
    append_texts(snapshot.connection(), "PRAGMA integrity_check(100)", found);
    if (found == std::vector<std::string>{"ok"}) {
        found.clear();
    }
    return found;
}

}  // namespace alexander::catalog
