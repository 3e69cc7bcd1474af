// Lengths of time as a clock shows them: 1:05, 1:00:05.
export function clock(length) {
  const two = (part) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(length / 3600), Math.floor(length / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(length % 60)}` : `${minutes}:${two(length % 60)}`;
}
