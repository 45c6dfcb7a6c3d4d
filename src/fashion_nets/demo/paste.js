// Ctrl+V, or a long press on a phone, anywhere on the page: a picture of the clipboard goes where it could be dropped.
document.addEventListener("paste", (event) => {
  const picture = [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));
  const target = document.querySelector("#picture button.upload-container");
  if (!picture || !target) return; // text that is pasted into a field
  const dropped = new DataTransfer();
  dropped.items.add(picture);
  target.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
});
