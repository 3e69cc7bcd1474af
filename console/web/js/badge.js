// How many new tickets wait, in the title of every tab and as a badge on its icon.
const SIZE = 32; // pixels of the icon
const title = document.title;
const icon = document.querySelector("link[rel=icon]");
const plain = icon?.href;

export function badge(count) {
  const some = count !== "" && count !== "0";
  document.title = some ? `(${count}) ${title}` : title;
  if (icon) draw(some ? count : "");
}

function draw(count) {
  if (!count) {
    icon.href = plain;
    return;
  }
  const image = new Image();
  image.addEventListener("load", () => {
    const canvas = document.createElement("canvas");
    canvas.width = SIZE;
    canvas.height = SIZE;
    const paint = canvas.getContext("2d");
    paint.drawImage(image, 0, 0, SIZE, SIZE);
    const text = count.length > 2 ? "99" : count;
    paint.fillStyle = "#b3261e";
    paint.beginPath();
    paint.arc(SIZE - 11, 11, 11, 0, 2 * Math.PI);
    paint.fill();
    paint.fillStyle = "#ffffff";
    paint.font = `bold ${text.length > 1 ? 14 : 17}px sans-serif`;
    paint.textAlign = "center";
    paint.textBaseline = "middle";
    paint.fillText(text, SIZE - 11, 12);
    icon.href = canvas.toDataURL("image/png");
  });
  image.src = plain;
}
