// One number for all that a lesson holds but for readings of clocks: two runs of one command compare equal.
#include "core/base/sha256.h"
#include "sessions/store_impl.h"

namespace nudge {

using namespace sessions;

namespace {

std::vector<std::string> contentColumns(SQLite::Database& database, const std::string& table) {
  SQLite::Statement query(database,
                          "SELECT name FROM pragma_table_info(?) WHERE name NOT LIKE 'clock#_%' ESCAPE '#'");
  query.bind(1, table);
  std::vector<std::string> columns;
  while (query.executeStep()) columns.push_back(query.getColumn(0).getString());
  return columns;
}

void append(std::vector<std::uint8_t>& text, const SQLite::Column& column, bool mayBePacked) {
  std::span<const std::uint8_t> bytes = bytesOf(column);
  std::vector<std::uint8_t> plain;
  if (mayBePacked && column.getType() == SQLite::BLOB && !bytes.empty() && bytes[0] == kPackedFormat) {
    plain = unpacked(bytes, kLargestArray_bytes);
    plain.insert(plain.begin(), kPlainFormat);
    bytes = plain;
  }
  // Type and length first, so that no two rows spell the same bytes.
  const std::string head = std::to_string(column.getType()) + ":" + std::to_string(bytes.size()) + ":";
  text.insert(text.end(), head.begin(), head.end());
  text.insert(text.end(), bytes.begin(), bytes.end());
}

std::string hashOfTable(SQLite::Database& database, const std::string& table) {
  std::string select;
  for (const std::string& column : contentColumns(database, table))
    select += (select.empty() ? "" : ", ") + column;
  SQLite::Statement query(database, "SELECT " + select + " FROM " + table + " ORDER BY rowid");
  std::string soFar = table;
  std::vector<std::uint8_t> row;
  while (query.executeStep()) {
    row.assign(soFar.begin(), soFar.end());
    for (int i = 0; i < query.getColumnCount(); ++i) append(row, query.getColumn(i), table == "step_chunk");
    soFar = sha256Hex(row);
  }
  return soFar;
}

}  // namespace

Result<std::string> Store::contentHash() const {
  return impl_->read("compare the content", [&]() -> Result<std::string> {
    SQLite::Statement tables = impl_->prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite#_%' ESCAPE '#' "
        "AND name NOT IN ('recorder', 'recording_trouble') ORDER BY name");
    std::string all;
    while (tables.executeStep()) all += hashOfTable(*impl_->database, tables.getColumn(0).getString());
    return sha256Hex({reinterpret_cast<const std::uint8_t*>(all.data()), all.size()});
  });
}

}  // namespace nudge
