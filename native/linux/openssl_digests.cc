#include "linux/openssl_digests.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

// OpenSSL 3 allocates for every HMAC() and EVP_MAC, which the engine's thread must not. Its digests
// proper (SHA256_*, MD5_*) work in a context of the caller's: with them the construction of
// RFC 2104, H(key ^ opad, H(key ^ ipad, text)), is all that is left to do. See docs/adr/0005.
namespace failoverd::os {
namespace {

constexpr std::size_t kBlock = 64;        // octets; SHA-256 and MD5 alike
constexpr std::size_t kMaxDigest = 32;    // SHA-256
constexpr std::size_t kMaxContext = 256;  // SHA256_CTX has 112 octets, MD5_CTX 92
constexpr std::uint8_t kInnerPad = 0x36;
constexpr std::uint8_t kOuterPad = 0x5c;

using wire::Bytes;
using Block = std::array<std::uint8_t, kBlock>;

// As <openssl/sha.h> and <openssl/md5.h> declare them; each answers 1 when it is done.
struct Functions {
  int (*init)(void* context) = nullptr;
  int (*update)(void* context, const void* data, std::size_t size) = nullptr;
  int (*final)(unsigned char* digest, void* context) = nullptr;
  std::size_t digestSize = 0;

  [[nodiscard]] bool complete() const {
    return init != nullptr && update != nullptr && final != nullptr;
  }
};

class Digest {
 public:
  explicit Digest(const Functions& functions)
      : functions_(functions), well_(functions.init(context_.data()) == 1) {}

  void add(Bytes bytes) {
    well_ = well_ && functions_.update(context_.data(), bytes.data(), bytes.size()) == 1;
  }
  bool finish(std::array<std::uint8_t, kMaxDigest>& out) {
    return well_ && functions_.final(out.data(), context_.data()) == 1;
  }

 private:
  const Functions& functions_;
  alignas(std::max_align_t) std::array<std::uint8_t, kMaxContext> context_;
  bool well_;
};

Block padded(Bytes key, std::uint8_t pad) {
  Block block{};
  std::ranges::copy(key, block.begin());
  for (auto& octet : block) octet ^= pad;
  return block;
}

// `context` points to the Functions. A key longer than a block would have to be digested first;
// VRRP knows none.
bool compute(void* context, Bytes key, std::span<const Bytes> parts, wire::MutableBytes out) {
  const auto& functions = *static_cast<const Functions*>(context);
  if (key.size() > kBlock || out.size() > functions.digestSize) return false;
  std::array<std::uint8_t, kMaxDigest> digest{};
  Digest inner(functions);
  inner.add(padded(key, kInnerPad));
  for (const auto part : parts) inner.add(part);
  if (!inner.finish(digest)) return false;
  Digest outer(functions);
  outer.add(padded(key, kOuterPad));
  outer.add(Bytes(digest).first(functions.digestSize));
  if (!outer.finish(digest)) return false;
  std::copy_n(digest.begin(), out.size(), out.begin());
  return true;
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
}

wire::Hmac hmacOf(Functions& functions) {
  if (!functions.complete()) return {};
  return {compute, &functions};
}

struct Library {
  Functions md5;
  Functions sha256;
};

Library load(void* library) {
  Library loaded;
  loaded.md5.digestSize = 16;
  find(library, "MD5_Init", loaded.md5.init);
  find(library, "MD5_Update", loaded.md5.update);
  find(library, "MD5_Final", loaded.md5.final);
  loaded.sha256.digestSize = kMaxDigest;
  find(library, "SHA256_Init", loaded.sha256.init);
  find(library, "SHA256_Update", loaded.sha256.update);
  find(library, "SHA256_Final", loaded.sha256.final);
  return loaded;
}

wire::Digests digestsOf(Library& library) {
  return {.md5 = hmacOf(library.md5), .sha256 = hmacOf(library.sha256)};
}

}  // namespace

wire::Digests opensslDigests() {
  static Library ofProcess = load(RTLD_DEFAULT);
  return digestsOf(ofProcess);
}

wire::Digests opensslDigests(void* library) {
  static Library given;
  given = load(library);
  return digestsOf(given);
}

}  // namespace failoverd::os
