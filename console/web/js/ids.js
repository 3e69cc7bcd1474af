// Of an act: a second click on the same button is the same act. crypto.randomUUID exists on https and localhost alone, and
// an office opens the console on plain http too.
export function makeId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
