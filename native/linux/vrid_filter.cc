#include "linux/vrid_filter.h"

#include "base/check.h"

namespace failoverd::os {
namespace {

constexpr std::uint32_t kVridOffset = 1;  // RFC 9568 §5.1
constexpr std::uint32_t kWords = 8;       // 256 bits
constexpr std::uint32_t kWholePacket = 0xffff'ffff;

class Assembler {
 public:
  explicit Assembler(VridProgram& program) : program_(program) {}

  void op(std::uint16_t code, std::uint32_t operand = 0) { jump(code, operand, 0, 0); }
  void jump(std::uint16_t code, std::uint32_t operand, std::uint8_t ifTrue, std::uint8_t ifFalse) {
    CHECK(program_.size < VridProgram::kCapacity);
    program_.code[program_.size++] = {code, ifTrue, ifFalse, operand};
  }

 private:
  VridProgram& program_;
};

// Bits 32 * word to 32 * word + 31 of the set.
std::uint32_t wordOf(const VridSet& vrids, std::uint32_t word) {
  std::uint32_t bits = 0;
  for (std::uint32_t bit = 0; bit < 32; ++bit) {
    const auto vrid = static_cast<std::uint8_t>(word * 32 + bit);
    if (vrids.contains(Vrid(vrid))) bits |= 1U << bit;
  }
  return bits;
}

}  // namespace

// A bit map of 256 bits, of which each word is an immediate: the program costs the same for one
// VRID and for all of them. Registers: A, X, and M[0] for the VRID.
VridProgram vridProgram(const VridSet& vrids, Family family, std::uint8_t headerSize) {
  VridProgram program;
  Assembler as(program);
  // A load beyond the packet ends the program with "drop".
  if (family == Family::ipv4) {
    as.op(BPF_LDX | BPF_B | BPF_MSH, 0);  // X = length of the IP header
    as.op(BPF_LD | BPF_B | BPF_IND, headerSize + kVridOffset);
  } else {
    as.op(BPF_LD | BPF_B | BPF_ABS, headerSize + kVridOffset);
  }
  as.op(BPF_ST, 0);
  as.op(BPF_ALU | BPF_AND | BPF_K, 31);
  as.op(BPF_MISC | BPF_TAX);  // X = the bit
  as.op(BPF_LD | BPF_MEM, 0);
  as.op(BPF_ALU | BPF_RSH | BPF_K, 5);  // A = the word
  for (std::uint32_t word = 0; word < kWords; ++word) {
    const bool last = word == kWords - 1;
    // A VRID is an octet: what is in no other word is in the last.
    if (!last) as.jump(BPF_JMP | BPF_JEQ | BPF_K, word, 0, 2);
    as.op(BPF_LD | BPF_IMM, wordOf(vrids, word));
    // To the shift behind the last word, over three instructions for each word but that.
    if (!last) as.op(BPF_JMP | BPF_JA, 3 * (kWords - 2 - word) + 1);
  }
  as.op(BPF_ALU | BPF_RSH | BPF_X);
  as.jump(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 1);
  as.op(BPF_RET | BPF_K, kWholePacket);
  as.op(BPF_RET | BPF_K, 0);
  return program;
}

}  // namespace failoverd::os
