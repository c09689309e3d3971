#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>

// The one list of messages and their fields (DESIGN law 8). The Node-API codec, the JSON lines
// of recorder and replay, printing in tests and src/engine/messages.generated.ts all come
// from here; a field that is not named here does not cross, and does not compile either:
// coversWhole finds the hole that it would leave.
//
//   Description<T>::name    the word for T in every language
//   Description<T>::fields  a tuple of field(name, &T::member), for structs; secretField() for
//                           what must stay out of records
//   EnumNames<E>::names     the words of an enum, in order of its values
namespace failoverd::core {

template <class Owner, class Member>
struct Field {
  using Type = Member;
  std::string_view name;
  Member Owner::* member;
  // Never recorded: the flight recorder writes an empty value in its place.
  bool secret = false;
};
template <class Owner, class Member>
constexpr Field<Owner, Member> field(std::string_view name, Member Owner::* member) {
  return {name, member};
}
template <class Owner, class Member>
constexpr Field<Owner, Member> secretField(std::string_view name, Member Owner::* member) {
  return {name, member, true};
}

template <class... Words>
constexpr auto words(Words... list) {
  return std::array<std::string_view, sizeof...(list)>{std::string_view(list)...};
}

template <class T>
struct Description;  // specialised in describe_*.h for every message and part of one

template <class E>
struct EnumNames;

template <auto Value>
constexpr std::string_view signatureWith() {
  return __PRETTY_FUNCTION__;
}

// Whether the enum has a word of its own for this value: a compiler writes any other as a cast.
template <class E, std::size_t Value>
constexpr bool isEnumerator() {
  const auto signature = signatureWith<static_cast<E>(Value)>();
  const std::string_view before = "Value = ";
  return signature[signature.find(before) + before.size()] != '(';
}

// True when there is a word for each enumerator, and none besides.
template <class E>
constexpr bool namesWhole() {
  constexpr auto count = EnumNames<E>::names.size();
  return isEnumerator<E, count - 1>() && !isEnumerator<E, count>();
}

// True when the described members, laid out one after the other, fill T: none is missing and
// the order is the order of declaration.
template <class T>
constexpr bool coversWhole() {
  std::size_t end = 0;
  // A pointer among the members is as large as a pointer: what it points to is elsewhere.
  const auto place = [&end]<class Owner, class Member>(const Field<Owner, Member>&) {
    end = (end + alignof(Member) - 1) / alignof(Member) * alignof(Member) +
          sizeof(Member);  // NOLINT(bugprone-sizeof-expression)
  };
  std::apply([&](const auto&... fields) { (place(fields), ...); }, Description<T>::fields);
  const auto whole = (end + alignof(T) - 1) / alignof(T) * alignof(T);
  return whole == sizeof(T) || (whole == 0 && sizeof(T) == 1);
}

}  // namespace failoverd::core
