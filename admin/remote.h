// Other S3 servers, as options and the environment name them.
#pragma once

#include "admin/command.h"
#include "s3client/client.h"
#include "store/backup/target.h"

#include <memory>

namespace alexander::admin {

/// The options with which a command names another server.
[[nodiscard]] std::span<const ProgramOption> remote_options();

[[nodiscard]] bool is_s3_place(const std::string& operand);

/// A client of the server that --endpoint or AWS_ENDPOINT_URL names. Throws invalid_argument if
/// none does, or there is no access key.
[[nodiscard]] s3client::Client open_client(const Invocation& invocation,
                                           Clock& clock,
                                           RandomSource& random);

enum class RemoteUse : std::uint8_t { read, write };

/// A backup below "s3://BUCKET[/PREFIX]": the names of a folder's are its keys. Objects appear
/// whole or not at all, and the server compares the SHA-256 of all that it is sent.
class RemoteBackup final : public BackupTarget {
public:
    /// The client must live as long. Throws no_such_bucket; for RemoteUse::write not_a_store if
    /// there is anything else than a backup, and aborts uploads that an earlier run left.
    RemoteBackup(s3client::Client& client, const std::string& place, RemoteUse use);

    [[nodiscard]] std::vector<Item> list() override;
    [[nodiscard]] std::unique_ptr<File> open(const std::string& name) override;
    void put(const std::string& name, const BackupSource& source) override;
    void remove(const std::string& name) override;

    [[nodiscard]] bool verifies_puts() const override { return true; }

private:
    void prepare();

    s3client::Client& client_;
    std::string bucket_;
    std::string prefix_;  // empty, or with a slash at its end
};

}  // namespace alexander::admin
