// "5 phút trước" grows old while the page stands: <time data-ago> is written anew every half minute.
const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

function ago(moment, language) {
  const seconds = (new Date(moment).getTime() - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return null;
}

function refresh() {
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const text = ago(element.dateTime, document.documentElement.lang);
    if (text) element.textContent = text;
  }
}

setInterval(refresh, 30_000);
