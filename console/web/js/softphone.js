// The telephone itself: it registers at Asterisk over a WebSocket, takes one call at a time, and says how it stands.
import JsSIP from "jssip";

const AGAIN = 2500; // ms; a REGISTER that a starting Asterisk lost is not sent anew by JsSIP (LIVE §0, fact 7)
const RECOVERY = { connection_recovery_min_interval: 1, connection_recovery_max_interval: 4 };
const WITHHELD = new Set(["anonymous", "asterisk", ""]);
const BUSY = 486;

export class Softphone {
  // stream() is the microphone; hear(stream) plays the far side; changed() is called when anything is otherwise; refused()
  // when Asterisk does not know the login; lost() when the sound of a talk is gone for good.
  constructor({ stream, hear, changed, refused, lost }) {
    Object.assign(this, { stream, hear, changed, refused, lost });
    this.ua = null;
    this.call = null;
  }

  get registered() {
    return this.ua?.isRegistered() ?? false;
  }

  get inCall() {
    return this.call !== null && this.call.stands !== "ringing";
  }

  begin({ user, secret, socket }) {
    this.end();
    const ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(socket)],
      uri: `sip:${user}@${new URL(socket).hostname}`,
      password: secret,
      session_timers: false,
      user_agent: "tongdai-1022",
      ...RECOVERY,
    });
    this.ua = ua;
    const ours = (act) => (event) => ua === this.ua && act(event);
    for (const name of ["connected", "disconnected", "registered", "unregistered"]) ua.on(name, ours(this.changed));
    ua.on(
      "registrationFailed",
      ours(({ response }) => {
        if (response && [401, 403, 404].includes(response.status_code)) this.refused();
        this.changed();
      }),
    );
    ua.on("newRTCSession", ours(({ session, request, originator }) => originator === "remote" && this.take(session, request)));
    ua.start();
    this.registering = setInterval(() => ua.isConnected() && !ua.isRegistered() && ua.register(), AGAIN);
  }

  end() {
    clearInterval(this.registering);
    const ua = this.ua;
    this.ua = null;
    ua?.stop();
    this.call = null;
  }

  // A talk that comes back while we still hold what is left of it takes its place.
  take(session, request) {
    if (this.call && this.call.stands !== "lost") {
      session.terminate({ status_code: BUSY });
      return;
    }
    const name = request.from.uri.user ?? "";
    const call = {
      session,
      stands: "ringing",
      number: WITHHELD.has(name.toLowerCase()) ? "" : name,
      id: request.getHeader("X-Tongdai-Call") ?? "",
      since: Date.now(),
      muted: false,
      answering: false,
    };
    this.call = call;
    const so = (stands) => {
      if (this.call !== call) return;
      call.since = stands === "talking" && call.stands === "hold" ? call.since : Date.now();
      call.stands = stands;
      this.changed();
    };
    session.on("peerconnection", ({ peerconnection }) => this.follow(call, peerconnection));
    session.on("confirmed", () => so("talking"));
    session.on("hold", ({ originator }) => originator === "local" && so("hold"));
    session.on("unhold", ({ originator }) => originator === "local" && so("talking"));
    session.on("muted", () => this.note(call, true));
    session.on("unmuted", () => this.note(call, false));
    for (const over of ["ended", "failed"])
      session.on(over, () => {
        if (this.call !== call) return;
        this.call = null;
        this.unmute();
        this.changed();
      });
    this.changed();
  }

  follow(call, connection) {
    connection.addEventListener("track", (event) => this.hear(event.streams[0] ?? new MediaStream([event.track])));
    connection.addEventListener("connectionstatechange", () => {
      if (connection.connectionState !== "failed" || this.call !== call || call.stands === "lost") return;
      call.stands = "lost";
      this.changed();
      this.lost();
    });
  }

  note(call, muted) {
    call.muted = muted;
    this.changed();
  }

  // The next talk does not begin with the microphone that this one had switched off.
  unmute() {
    for (const track of this.stream()?.getAudioTracks() ?? []) track.enabled = true;
  }

  answer() {
    const call = this.call;
    if (call?.stands !== "ringing" || call.answering || !this.stream()) return;
    call.answering = true;
    call.session.answer({
      mediaStream: this.stream(),
      mediaConstraints: { audio: true, video: false },
      pcConfig: { iceServers: [] }, // none is asked: gathering would hold the answer up
    });
    this.changed();
  }

  mute() {
    if (!this.inCall) return;
    const { session, muted } = this.call;
    if (muted) session.unmute({ audio: true });
    else session.mute({ audio: true });
  }

  hold() {
    if (!this.inCall) return;
    if (this.call.stands === "hold") this.call.session.unhold();
    else this.call.session.hold();
  }

  press(key) {
    if (this.call?.stands === "talking") this.call.session.sendDTMF(key, { transportType: "RFC2833" });
  }

  hangUp() {
    if (this.inCall) this.call.session.terminate();
  }
}
