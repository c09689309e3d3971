/** Installs what the tests need and is missing, where that is possible; says what stays missing. */
export function prepareSystem(): void;
/** Says so when the tests that make network namespaces cannot run for want of rights. */
export function reportRights(): void;
