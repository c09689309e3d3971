#pragma once

#include <cstring>
#include <string>
#include <utility>

#include "base/check.h"
#include "core/describe_decode.h"
#include "core/describe_traits.h"

// Messages as bytes of this machine, for the flight recorder only: written by a thread that must
// not allocate, read by the same program a moment later. Not a format for files. Secrets are
// written as empty values.
namespace failoverd::core {

// `Sink` takes `void put(const void*, std::size_t)`.
template <class Sink>
class BinaryWriter {
 public:
  explicit BinaryWriter(Sink& sink) : sink_(sink) {}

  template <class T>
  void write(const T& value) {
    if constexpr (isOptional<T>) {
      raw(value.has_value());
      if (value) write(*value);
    } else if constexpr (isVector<T>) {
      raw(static_cast<std::uint32_t>(value.size()));
      for (const auto& item : value) write(item);
    } else if constexpr (isVariant<T>) {
      raw(static_cast<std::uint8_t>(value.index()));
      std::visit([this](const auto& member) { this->write(member); }, value);
    } else if constexpr (DescribedStruct<T>) {
      const auto one = [&]<class Owner, class Member>(const Field<Owner, Member>& field) {
        field.secret ? write(Member{}) : write(value.*(field.member));
      };
      std::apply([&](const auto&... fields) { (one(fields), ...); }, Description<T>::fields);
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, ByteView>) {
      raw(static_cast<std::uint32_t>(value.size()));
      sink_.put(value.data(), value.size());
    } else {
      raw(value);
    }
  }

 private:
  template <class T>
  void raw(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    sink_.put(&value, sizeof value);
  }

  Sink& sink_;
};

// Reads what BinaryWriter wrote. Our own bytes: running off their end is a fault.
class BinaryReader {
 public:
  BinaryReader(ByteView bytes, Storage& storage) : bytes_(bytes), storage_(storage) {}

  template <class T>
  void read(T& to) {
    if constexpr (isOptional<T>) {
      to.reset();
      if (raw<bool>()) read(to.emplace());
    } else if constexpr (isVector<T>) {
      const auto count = raw<std::uint32_t>();
      for (std::uint32_t i = 0; i < count; ++i) read(to.emplace_back());
    } else if constexpr (isVariant<T>) {
      readVariant(to, std::make_index_sequence<std::variant_size_v<T>>{});
    } else if constexpr (DescribedStruct<T>) {
      const auto one = [&](const auto& field) { read(to.*(field.member)); };
      std::apply([&](const auto&... fields) { (one(fields), ...); }, Description<T>::fields);
    } else if constexpr (std::is_same_v<T, std::string>) {
      const auto text = take(raw<std::uint32_t>());
      to.assign(text.begin(), text.end());
    } else if constexpr (std::is_same_v<T, ByteView>) {
      const auto view = take(raw<std::uint32_t>());
      to = storage_.bytes.emplace_back(view.begin(), view.end());
    } else {
      to = raw<T>();
    }
  }

 private:
  template <class V, std::size_t... Index>
  void readVariant(V& to, std::index_sequence<Index...>) {
    const auto index = raw<std::uint8_t>();
    ((index == Index ? read(to.template emplace<Index>()) : void()), ...);
  }

  template <class T>
  T raw() {
    T value{};
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  ByteView take(std::size_t count) {
    CHECK(count <= bytes_.size());
    const auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }

  ByteView bytes_;
  Storage& storage_;
};

}  // namespace failoverd::core
