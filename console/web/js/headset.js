// Microphone, headset and bell of the telephone in the browser: which devices, how loud one speaks, a bell of its own on
// the loudspeaker while the talk is in the headset, and hearing oneself a second later.
const KEPT = "telephone-devices";
const BEAT = 2.4; // s of a bell's beat, of which it sounds the first
const SOUNDS = 1.2; // s
const LATER = 1; // s after which one hears oneself
const LEVEL_EVERY = 100; // ms

export const refused = {
  none: "telephone-no-https", // browsers give a microphone to https and this machine's own addresses alone
  NotAllowedError: "telephone-mic-denied",
  NotFoundError: "telephone-mic-missing",
  NotReadableError: "telephone-mic-busy",
};

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
};

export class Headset {
  // speaker plays the far side, echo oneself, bell the ring: three <audio> elements.
  constructor({ speaker, echo, bell, onLevel, onDevices }) {
    Object.assign(this, { speaker, echo, bell, onLevel, onDevices });
    this.chosen = { mic: "", ear: "", bell: "", silent: false, auto: false, ...read() };
    this.stream = null;
  }

  // Ask for the microphone; throws the name of a sentence that says why there is none.
  async open() {
    if (!navigator.mediaDevices) throw new Error(refused.none);
    const asked = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    const device = this.chosen.mic ? { deviceId: { ideal: this.chosen.mic } } : {};
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: { ...asked, ...device } });
    } catch (error) {
      throw new Error(refused[error.name] ?? refused.NotReadableError, { cause: error });
    }
    this.context ??= new AudioContext();
    this.listen();
    await this.useOutputs();
    navigator.mediaDevices.ondevicechange = () => this.list();
    await this.list();
  }

  // How loud it is, of what is sent: of a muted microphone nothing.
  listen() {
    this.source?.disconnect();
    this.source = this.context.createMediaStreamSource(this.stream);
    this.meter ??= this.context.createAnalyser();
    this.source.connect(this.meter);
    const samples = new Float32Array(this.meter.fftSize);
    this.ticking ??= setInterval(() => {
      this.meter.getFloatTimeDomainData(samples);
      this.onLevel(Math.max(...samples.map(Math.abs)));
    }, LEVEL_EVERY);
  }

  async list() {
    const found = await navigator.mediaDevices.enumerateDevices();
    const of = (kind) => found.filter((each) => each.kind === kind && each.deviceId && each.deviceId !== "default");
    this.onDevices({ mic: of("audioinput"), ear: of("audiooutput"), bell: of("audiooutput") }, this.chosen);
  }

  // A setting, kept in this browser. Another microphone is spoken into at once, also in a talk.
  async choose(name, value, connection) {
    this.chosen[name] = value;
    localStorage.setItem(KEPT, JSON.stringify(this.chosen));
    if (name !== "mic") return this.useOutputs();
    const before = this.stream;
    await this.open();
    const [track] = this.stream.getAudioTracks();
    track.enabled = before?.getAudioTracks()[0]?.enabled ?? true;
    for (const sender of connection?.getSenders() ?? []) await sender.replaceTrack(track);
    for (const old of before?.getTracks() ?? []) old.stop();
  }

  async useOutputs() {
    for (const [element, device] of [[this.speaker, this.chosen.ear], [this.echo, this.chosen.ear], [this.bell, this.chosen.bell]])
      if (element.setSinkId) await element.setSinkId(device).catch(() => element.setSinkId("")); // one that was pulled out
  }

  hearFar(stream) {
    this.speaker.srcObject = stream;
    return this.speaker.play();
  }

  hearSelf(on) {
    this.looped?.disconnect();
    this.looped = null;
    this.echo.srcObject = null;
    if (!on) return undefined;
    const delay = this.context.createDelay(LATER);
    delay.delayTime.value = LATER;
    const out = this.context.createMediaStreamDestination();
    this.looped = this.context.createMediaStreamSource(this.stream);
    this.looped.connect(delay).connect(out);
    this.echo.srcObject = out.stream;
    return this.echo.play();
  }

  ring(on) {
    clearInterval(this.beating);
    this.tone?.stop();
    this.tone = this.beating = null;
    if (!on || this.chosen.silent || !this.context) return;
    const out = this.context.createMediaStreamDestination();
    const loud = this.context.createGain();
    loud.gain.value = 0;
    this.tone = this.context.createOscillator();
    this.tone.frequency.value = 440;
    this.tone.connect(loud).connect(out);
    this.tone.start();
    const beat = () => {
      loud.gain.setTargetAtTime(0.35, this.context.currentTime, 0.02);
      loud.gain.setTargetAtTime(0, this.context.currentTime + SOUNDS, 0.05);
    };
    beat();
    this.beating = setInterval(beat, BEAT * 1000);
    this.bell.srcObject = out.stream;
    this.bell.play().catch(() => {}); // the window says that it waits for a click
  }
}
