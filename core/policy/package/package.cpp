#include "core/policy/package/package.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "core/base/files.h"
#include "core/base/version.h"
#include "core/policy/package/contract.h"
#include "core/policy/package/texts.h"

namespace nudge {

namespace {
namespace fs = std::filesystem;
using namespace package;

constexpr std::size_t kMaxFile = 64u << 20, kMaxText = 4u << 20;

std::span<const std::uint8_t> bytesOf(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Result<std::string> readText(const fs::path& path) {
  auto bytes = readFile(path, kMaxText);
  if (!bytes) return bytes.error();
  return std::string(bytes->begin(), bytes->end());
}

/// A folder that goes away with everything in it unless it was moved to its place.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> beside(const fs::path& target) {
    std::string name = (target.parent_path() / ".").string() + target.filename().string() + ".XXXXXX";
    if (!::mkdtemp(name.data())) {
      const int number = errno;
      const bool readOnly = number == EROFS || number == EACCES || number == EPERM;
      return Error{readOnly           ? ErrorCode::ReadOnly
                   : number == ENOSPC ? ErrorCode::Full
                                      : ErrorCode::Io,
                   "cannot write in " + target.parent_path().string() + ": " + std::strerror(number)};
    }
    TemporaryFolder folder;
    folder.path_ = name;
    std::error_code ignored;
    fs::permissions(folder.path_, fs::perms(0755), ignored);
    return folder;
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

  /// Takes the target's place. An old folder there comes here and goes away with us.
  Status moveTo(const fs::path& target) {
    std::error_code failure;
    if (!fs::exists(target, failure)) {
      fs::rename(path_, target, failure);
      if (!failure) path_.clear();
    } else if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0) {
      failure = {errno, std::generic_category()};
    }
    if (failure)
      return Error{ErrorCode::Io, "cannot move the package to " + target.string() + ": " + failure.message()};
    return {};
  }

 private:
  TemporaryFolder() = default;
  fs::path path_;
};

bool ownFile(const std::string& name) {
  for (const char* known : {kOnnx, kContract, kGolden, kWeights, kReadme, kExample})
    if (name == known) return true;
  return false;
}

/// Only an empty folder or a package, with nothing of anybody else's in it, may be replaced.
Status checkReplaceable(const fs::path& folder) {
  const auto refuse = [&](const std::string& why) {
    return Error{ErrorCode::InvalidInput, folder.string() + " " + why + "; nothing was written"};
  };
  std::error_code failure;
  const auto status = fs::symlink_status(folder, failure);
  if (!fs::exists(status)) return {};
  if (!fs::is_directory(status)) return refuse("is not a folder");
  bool empty = true;
  for (fs::directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure)) {
    empty = false;
    if (!ownFile(it->path().filename().string()))
      return refuse("holds other files (" + it->path().filename().string() + ")");
  }
  if (failure) return refuse("cannot be read");
  if (empty) return {};
  const auto contract = readText(folder / kContract);
  if (!contract || !saysPackage(*contract)) return refuse("is not empty and not a policy package");
  return {};
}

Status verifyHash(const fs::path& folder, const std::string& name, const Hashes& hashes,
                  std::span<const std::uint8_t> bytes) {
  const auto expected = hashes.find(name);
  if (expected == hashes.end() || expected->second != sha256Hex(bytes))
    return Error{ErrorCode::Corrupt,
                 (folder / name).string() + " was changed since the export (its hash differs)"};
  return {};
}
}  // namespace

Status exportPackage(const fs::path& folder, std::span<const std::uint8_t> weights,
                     const PackageContract& given) {
  auto policy = parsePolicy(weights);
  if (!policy) return policy.error();
  PackageContract contract = given;
  if (contract.nudgeVersion.empty()) contract.nudgeVersion = kVersion;
  auto model = onnxModel(*policy, contract);
  if (!model) return model.error();

  fs::path target = fs::absolute(folder).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();  // "out/" means out
  if (!fs::is_directory(target.parent_path()))
    return Error{ErrorCode::NotFound,
                 "there is no folder " + target.parent_path().string() + " to export into"};
  if (auto free = checkReplaceable(target); !free) return free;

  const std::map<std::string, std::string> texts = {{kOnnx, *model},
                                                    {kGolden, writeGolden(makeGolden(*policy, contract))},
                                                    {kReadme, kReadmeText},
                                                    {kExample, kExampleText},
                                                    {kWeights, std::string(weights.begin(), weights.end())}};
  Hashes hashes;
  for (const auto& [name, text] : texts) hashes[name] = sha256Hex(bytesOf(text));

  auto temporary = TemporaryFolder::beside(target);
  if (!temporary) return temporary.error();
  for (const auto& [name, text] : texts)
    if (auto written = writeFile(temporary->path() / name, text); !written) return written;
  const std::string json = writeContract(contract, *policy, hashes);
  if (auto written = writeFile(temporary->path() / kContract, json); !written) return written;
  return temporary->moveTo(target);
}

Result<Package> loadPackage(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder, ignored))
    return Error{ErrorCode::NotFound, "there is no folder " + folder.string()};
  if (!fs::is_directory(folder, ignored))
    return Error{ErrorCode::InvalidInput, folder.string() + " is not a folder"};
  const auto at = [&](const char* name, const Error& error) {
    return Error{error.code, (folder / name).string() + ": " + error.message};
  };
  auto text = readText(folder / kContract);
  if (!text && text.error().code == ErrorCode::NotFound)
    return Error{ErrorCode::InvalidInput,
                 folder.string() + " is not a policy package (it has no policy.json)"};
  if (!text) return text.error();
  Hashes hashes;
  auto contract = readContract(*text, hashes);
  if (!contract) return at(kContract, contract.error());

  auto weights = readFile(folder / kWeights, kMaxFile);
  if (!weights) return weights.error();
  if (auto same = verifyHash(folder, kWeights, hashes, *weights); !same) return same.error();
  auto model = readFile(folder / kOnnx, kMaxFile);
  if (!model) return model.error();
  if (auto same = verifyHash(folder, kOnnx, hashes, *model); !same) return same.error();
  auto policy = parsePolicy(*weights);
  if (!policy) return at(kWeights, policy.error());
  if (auto fits = checkContract(*contract, *policy); !fits)
    return at(kContract, {ErrorCode::Corrupt, fits.error().message});

  auto golden = readText(folder / kGolden);
  if (!golden) return golden.error();
  if (auto same = verifyGolden(*golden, *policy, *contract); !same) return at(kGolden, same.error());
  return Package{std::move(*contract), std::move(*policy), std::move(*weights)};
}

}  // namespace nudge
