#include "admin/command.h"

#include "base/error.h"
#include "base/settings_table.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <sstream>

namespace alexander::admin {

namespace {

std::vector<std::string> split_words(std::string_view text) {
    std::istringstream stream{std::string(text)};
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

bool begins_with(std::span<const std::string> words, std::span<const std::string> begin) {
    return words.size() >= begin.size() && std::equal(begin.begin(), begin.end(), words.begin());
}

// "needs one of create, delete" for the first word of several commands.
std::string continuations(const std::string& first) {
    std::string text;
    for (const CommandFamily& family : families())
        for (const Command& command : family.commands)
            if (const auto words = words_of(command); words.size() > 1 && words[0] == first)
                text += (text.empty() ? "" : ", ") + words[1];
    return text;
}

[[noreturn]] void refuse(std::span<const std::string> words) {
    if (words.empty())
        throw Error(ErrorCode::invalid_argument, "no command given (see --help)");
    if (const std::string next = continuations(words[0]); words.size() == 1 && !next.empty())
        throw Error(ErrorCode::invalid_argument,
                    "\"" + words[0] + "\" needs another word, one of: " + next);
    std::vector<std::string> names;
    for (const CommandFamily& family : families())
        for (const Command& command : family.commands)
            names.emplace_back(command.words);
    // The second word may be an operand of a misspelt command of one word.
    std::string given = words[0];
    std::string suggestion = suggest_nearest(given, names);
    if (words.size() > 1) {
        const std::string two = given + " " + words[1];
        if (const std::string other = suggest_nearest(two, names); !other.empty())
            suggestion = other;
        given = two;
    }
    throw Error(ErrorCode::invalid_argument,
                "unknown command \"" + given + "\"" + suggestion + " (see --help)");
}

}  // namespace

LocalStore Invocation::open_store() const {
    return {settings, log, master_key_of(settings), ProcessRole::admin};
}

std::string Invocation::required(std::string_view option) const {
    const auto value = line.find(option);
    if (!value || value->empty())
        throw Error(ErrorCode::invalid_argument,
                    "this command needs --" + std::string(option) + " (see --help)");
    return *value;
}

std::int64_t Invocation::count(std::string_view option, std::int64_t otherwise) const {
    const auto text = line.find(option);
    if (!text)
        return otherwise;
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (fault != std::errc() || end != text->data() + text->size() || number < 0)
        throw Error(ErrorCode::invalid_argument,
                    "--" + std::string(option) + " " + *text + " is not a count");
    return number;
}

Progress Invocation::progress(std::string name) const {
    return Progress(std::move(name), out.is_quiet() ? Progress::Form::none : progress_form());
}

std::vector<std::string> words_of(const Command& command) {
    return split_words(command.words);
}

std::vector<ProgramOption> options_of(const Command& command) {
    std::vector<ProgramOption> options;
    for (const CommandFamily& family : families()) {
        const bool is_here = std::ranges::any_of(
            family.commands, [&](const Command& other) { return other.words == command.words; });
        for (const ProgramOption& option : family.options)
            if (is_here && std::ranges::find(command.options, option.name) != command.options.end())
                options.push_back(option);
    }
    options.insert(options.end(), common_options().begin(), common_options().end());
    return options;
}

const Command& find_command(std::span<const std::string> words) {
    const Command* found = nullptr;
    for (const CommandFamily& family : families())
        for (const Command& command : family.commands)
            if (begins_with(words, words_of(command)) &&
                (found == nullptr || command.words.size() > found->words.size()))
                found = &command;
    if (found == nullptr)
        refuse(words);
    return *found;
}

OperandCount operand_count(const Command& command) {
    OperandCount count;
    for (const std::string& operand : split_words(command.operands)) {
        const bool is_optional = operand.starts_with('[');
        const bool repeats = operand.find("...") != std::string::npos;
        count.least += is_optional ? 0 : 1;
        count.most = repeats ? std::numeric_limits<std::size_t>::max() : count.most + 1;
    }
    return count;
}

}  // namespace alexander::admin
