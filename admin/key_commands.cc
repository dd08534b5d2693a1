// key ...
#include "admin/families.h"
#include "admin/key_file.h"
#include "base/error.h"
#include "store/garbage_settings.h"
#include "store/recovery_sheet.h"
#include "store/store_keys.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <thread>

namespace alexander::admin {

namespace {

// Running programs look for changes every 5 s.
constexpr std::chrono::seconds patience{30};

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

void answer_with_sheet(const Invocation& invocation,
                       Store& store,
                       const MasterKey& master,
                       std::uint32_t number) {
    if (invocation.out.is_json())
        invocation.out.record({{"number", std::int64_t{number}},
                               {"store_uuid", store.status().store_uuid},
                               {"wrapped_roots", store.keys().keyring()->wrapped_roots()}});
    else
        invocation.out.text(recovery_sheet(invocation.settings, master, store));
}

std::uint32_t own_number(StoreKeys& keys) {
    for (const StoreKeys::MasterKeyInfo& key : keys.list())
        if (key.is_own)
            return key.number;
    return 0;
}

void list_keys(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    std::vector<Record> rows;
    for (const StoreKeys::MasterKeyInfo& key : local.store().keys().list())
        rows.push_back({{"number", std::int64_t{key.number}},
                        {"in_these_settings", key.is_own},
                        {"programs", joined(key.programs)}});
    invocation.out.table({"number", "in_these_settings", "programs"}, rows);
}

void add_key(const Invocation& invocation) {
    const std::string path = invocation.required("master-key-file");
    LocalStore local = invocation.open_store();
    SystemRandom random;
    const MasterKey master = take_key_file(path, random);
    const std::uint32_t number = local.store().keys().add(master);
    answer_with_sheet(invocation, local.store(), master, number);
    invocation.out.say("Master key " + std::to_string(number) + " in " + path +
                       " opens the store too. Keep its sheet.");
}

void remove_key(const Invocation& invocation) {
    const std::string& text = invocation.operands[0];
    std::uint32_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size())
        throw Error(ErrorCode::invalid_argument,
                    text +
                        " is not the number of a master key; `alexander-admin key list` shows "
                        "them");
    LocalStore local = invocation.open_store();
    StoreKeys& keys = local.store().keys();
    keys.remove(number);
    const std::size_t left = keys.list().size();
    if (invocation.out.is_json())
        invocation.out.record({{"removed", std::int64_t{number}}});
    invocation.out.say("Master key " + text + " opens this store no more.");
    if (left > 1)
        invocation.out.say(
            "While other keys are left, who has the removed key and an old copy of the keyring can "
            "still open newer copies. Remove all but one if the key has leaked.");
}

// The old key goes when nobody needs it to start again; until then both open the store.
bool remove_when_unused(StoreKeys& keys, std::uint32_t former) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (true) {
        try {
            keys.remove(former);
            return true;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::busy)
                throw;
        }
        if (std::chrono::steady_clock::now() >= deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
}

void change_key(const Invocation& invocation) {
    const std::optional<std::string> file = master_key_file(invocation.settings);
    if (!file)
        throw Error(ErrorCode::invalid_argument,
                    "the master key does not come from a file that could be replaced "
                    "(auth.encryption_key_file). Make another key with `alexander-admin key add "
                    "--master-key-file FILE`, put that into the settings, restart the daemons, and "
                    "remove the old key with `alexander-admin key remove`");
    LocalStore local = invocation.open_store();
    StoreKeys& keys = local.store().keys();
    const std::uint32_t former = own_number(keys);
    SystemRandom random;
    const std::string fresh = *file + ".new";
    const MasterKey master = take_key_file(fresh, random);
    const std::uint32_t number = keys.add(master);
    if (number == former)
        throw Error(ErrorCode::already_exists,
                    fresh + " holds the key that is in use; remove it and try again");
    replace_key_file(fresh, *file);
    keys.follow();
    const bool is_removed = remove_when_unused(keys, former);
    answer_with_sheet(invocation, local.store(), master, number);
    invocation.out.say("Master key " + std::to_string(number) + " is in " + *file +
                       ". Keep the new sheet, destroy the old one.");
    if (!is_removed)
        throw Error(ErrorCode::busy,
                    "both keys open the store, since a running program still uses the old one: "
                    "restart it, then run `alexander-admin key remove " +
                        std::to_string(former) + "`");
}

void show_keys(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    StoreKeys& keys = local.store().keys();
    const StoreKeys::EpochStatus status = keys.epochs();
    invocation.out.record({{"master_keys", static_cast<std::int64_t>(keys.list().size())},
                           {"data_epoch", std::int64_t{status.current}},
                           {"old_packs", status.old_packs},
                           {"old_bytes", status.old_bytes},
                           {"old_packs_being_written", status.open_packs},
                           {"programs_behind", joined(status.programs)}});
}

void rotate_keys(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    StoreKeys& keys = local.store().keys();
    const std::uint32_t epoch = keys.start_epoch();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::vector<std::string> behind = keys.epochs().programs;
    while (!behind.empty() && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        behind = keys.epochs().programs;
    }
    if (invocation.out.is_json())
        invocation.out.record(
            {{"data_epoch", std::int64_t{epoch}}, {"programs_behind", joined(behind)}});
    invocation.out.say("New data is sealed under data epoch " + std::to_string(epoch) +
                       ". `alexander-admin key drain` seals anew what is stored already. Print a "
                       "new recovery sheet: `alexander-admin key sheet`.");
    if (!behind.empty())
        throw Error(ErrorCode::busy,
                    joined(behind) + " has not begun the new epoch within " +
                        std::to_string(patience.count()) + " s; it does when it can");
}

void drain_epochs(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    StoreKeys& keys = local.store().keys();
    Progress progress = invocation.progress("key drain");
    GcOptions options;
    options.snapshots = gc_options(invocation.settings).snapshots;
    options.progress = [&progress](const GcProgress& now) {
        progress.show({.phase = now.phase,
                       .done = now.done,
                       .total = now.total,
                       .unit = Progress::Unit::bytes});
    };
    const GcReport report = keys.drain(options);
    progress.finish();
    const StoreKeys::EpochStatus status = keys.epochs();
    invocation.out.record({{"data_epoch", std::int64_t{status.current}},
                           {"resealed_bytes", report.moved_bytes},
                           {"removed_packs", report.removed_packs},
                           {"records_without_key", report.kept_records},
                           {"old_packs", status.old_packs},
                           {"old_bytes", status.old_bytes},
                           {"old_packs_being_written", status.open_packs},
                           {"problems", report.problems}});
    if (report.problems != 0)
        throw Error(ErrorCode::corrupt,
                    std::to_string(report.problems) +
                        " packs hold damaged records and were left alone; see the log and "
                        "`alexander-admin damage list`");
    if (status.old_packs != 0)
        invocation.out.say(
            "Some packs are left: those that are being written, or whose records "
            "have no key any more. Run it again later for the former.");
}

void print_sheet(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    const MasterKey master = master_key_of(invocation.settings);
    answer_with_sheet(invocation, local.store(), master, own_number(local.store().keys()));
}

Record describe(const SheetFindings& found) {
    Record record{{"store_uuid", found.store_uuid},
                  {"opens", found.opens()},
                  {"key_number", std::int64_t{found.key_number}},
                  {"typed_right", found.is_typed_right},
                  {"of_this_store", found.is_of_this_store},
                  {"has_wrapped_roots", found.has_roots}};
    if (found.has_roots) {
        record.push_back({"roots_open", found.roots_open});
        record.push_back(
            {"domains_missing", static_cast<std::int64_t>(found.missing_roots.size())});
        record.push_back(
            {"epochs_missing", static_cast<std::int64_t>(found.missing_epochs.size())});
    }
    return record;
}

[[noreturn]] void refuse_sheet(const SheetFindings& found) {
    std::string why = "this key does not open the store " + found.store_uuid + ": ";
    if (!found.is_of_this_store)
        why += "the sheet is of another store";
    else if (!found.is_typed_right)
        why += "the check words are not those of the key, so that one of the two was typed wrong";
    else
        why += "it is another store's, or it was changed or removed since the sheet was printed";
    throw Error(ErrorCode::wrong_key, why);
}

void check_sheet_command(const Invocation& invocation) {
    const SheetFindings found = check_sheet(
        invocation.settings, parse_sheet(read_sheet_text(invocation.line.find("sheet")).reveal()));
    invocation.out.record(describe(found));
    if (!found.opens())
        refuse_sheet(found);
    invocation.out.say("This sheet's key opens the store: it is master key " +
                       std::to_string(found.key_number) + ".");
    if (found.has_roots && !found.roots_open)
        throw Error(ErrorCode::corrupt,
                    "the wrapped roots on this sheet do not open: print a new one with "
                    "`alexander-admin key sheet`");
    if (!found.missing_roots.empty() || !found.missing_epochs.empty())
        invocation.out.say(
            "Its wrapped roots are older than some users or data epochs. Print a "
            "new sheet: `alexander-admin key sheet`.");
}

void restore_command(const Invocation& invocation) {
    const std::string path = invocation.required("sheet");
    restore_keyring(invocation.settings, parse_sheet(read_sheet_text(path).reveal()));
    if (invocation.out.is_json())
        invocation.out.record({{"restored", true}});
    invocation.out.say(
        "The keyring is there again, with what is on the sheet and in snapshots of the catalog. "
        "Data of users who were created after both cannot be read.");
}

constexpr std::array<std::string_view, 1> file_options{"master-key-file"};
constexpr std::array<std::string_view, 1> sheet_options{"sheet"};

constexpr std::array command_table{
    Command{"key list", "", "Lists the master keys that open the store.", {}, list_keys},
    Command{"key add",
            "",
            "Lets another master key open the store, and prints its recovery sheet.",
            file_options,
            add_key},
    Command{"key change",
            "",
            "Replaces the master key in its file, while the daemons run.",
            {},
            change_key},
    Command{"key remove", "NUMBER", "Lets a master key open the store no more.", {}, remove_key},
    Command{"key status", "", "Shows how much is sealed under former data epochs.", {}, show_keys},
    Command{"key rotate", "", "Seals new data under a new epoch from now on.", {}, rotate_keys},
    Command{"key drain", "", "Seals anew what is sealed under former epochs.", {}, drain_epochs},
    Command{"key sheet", "", "Prints a recovery sheet as of now.", {}, print_sheet},
    Command{"key check-sheet",
            "",
            "Tells whether a recovery sheet opens this store.",
            sheet_options,
            check_sheet_command,
            SettingsNeed::secrets_may_be_missing},
    Command{"key restore",
            "",
            "Makes a lost keyring again from a recovery sheet.",
            sheet_options,
            restore_command,
            SettingsNeed::secrets_may_be_missing},
};

const std::array option_table{
    ProgramOption{"master-key-file",
                  '\0',
                  "FILE",
                  "File with the other master key; it is made if there is none."},
    ProgramOption{"sheet",
                  '\0',
                  "FILE",
                  "File with the sheet's text; check-sheet asks for the key without it."},
};

}  // namespace

CommandFamily key_family() {
    return {"Master keys", command_table, option_table};
}

}  // namespace alexander::admin
