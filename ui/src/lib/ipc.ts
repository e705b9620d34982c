/** The one door to the shell (src-tauri/). The mock in `src/mock/` is the other side of it. */
import { Channel } from "@tauri-apps/api/core";

import {
  type Action,
  type Backlog,
  type Bound,
  commands,
  type Change,
  type Erased,
  type EraseReach,
  type Chapters,
  type ChapterWish,
  type EraseWhere,
  type Erasure,
  type Exported,
  type Findings,
  type HotkeysShown,
  type LiveUpdate,
  type Look,
  type Nonce,
  type OverlayAct,
  type OverlayEditing,
  type OverlayReport,
  type OverlayChosen,
  type OverlayTold,
  type Game,
  type GameLook,
  type GamesSent,
  type InvitationRead,
  type Joining,
  type LanState,
  type NamesSent,
  type NewIdentity,
  type PrivacyState,
  type MatchesPage,
  type MatchSearch,
  type OpenMatch,
  type Problem,
  type QueueFilter,
  type QueuePage,
  type RecordingList,
  type Removal,
  type Safety,
  type StreamChoice,
  type StreamState,
  type StartShown,
  type SetupPreview,
  type Undone,
  type UndoPreview,
  type Spreadsheet,
  type SpreadsheetWish,
  type WitnessAnswer,
  type ReplaySpeed,
  type ReplayTold,
  type WithoutNames,
} from "../generated/bindings";

/** What the shell says to a question: what was asked for, or why it cannot be. */
export type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: Problem };

export interface Ipc {
  /**
   * Tells of the live view: all of it soon, then what changes, while the page
   * can be seen. A page that asks again ends its earlier stream.
   */
  watchLive(told: (update: LiveUpdate) => void): Promise<void>;
  /** Makes the overlay as high as its page is, in CSS pixels. */
  overlayFit(height: number): Promise<void>;
  /** The overlay's page says its first word, and is told how to look and asked whether it lives. */
  overlayWatch(told: (told: OverlayTold) => void): Promise<void>;
  /** The overlay's page answers. */
  overlayAlive(nonce: Nonce): Promise<void>;
  /** Moves the overlay, or makes it look otherwise, while it is moved. */
  overlayAct(act: OverlayAct): Promise<void>;
  /** Begins or ends to move the overlay: for this game, while none is played. */
  overlayEdit(editing: OverlayEditing, game: string | null): Promise<OverlayReport>;
  /** What the player chose of the overlay, and how it is at the moment. */
  overlaySettings(): Promise<OverlayReport>;
  /** Takes what the player chooses of the overlay. */
  overlayConfigure(settings: OverlayChosen): Promise<Answer<OverlayReport>>;

  /** Tells of the look that the shell keeps, at once and as it changes. */
  watchLook(systems: string, told: (look: Look) => void): Promise<void>;
  /** Wears this look in every window, from here on. */
  lookChoose(look: Look): Promise<Answer<null>>;
  /** How Ringside starts, and what closing its window does. */
  startState(): Promise<Answer<StartShown>>;
  /** Lets Ringside start with the system, or not. */
  startAtLogin(on: boolean): Promise<Answer<null>>;
  /** Lets closing the window leave Ringside in the tray, or end it. */
  closeToTray(on: boolean): Promise<Answer<null>>;
  /** Which keys do what. */
  hotkeysState(): Promise<Answer<HotkeysShown>>;
  /** Gives an action these keys; without any it is off. */
  hotkeyBind(action: Action, keys: string | null): Promise<Answer<Bound>>;
  /** Whether a press of an action's keys arrives within ten seconds. */
  hotkeyTest(action: Action): Promise<Answer<boolean>>;
  /** Tells of the hotkeys, at once and as they change. */
  hotkeysWatch(told: (shown: HotkeysShown) => void): Promise<void>;
  /** Asks a desktop that decides on the keys itself: whether at once, or after the match. */
  hotkeysAsk(): Promise<Answer<boolean>>;
  /** Opens the desktop's own page of the keys: whether, for in a match it is not. */
  hotkeysConfigure(): Promise<Answer<boolean>>;

  /** Rows of the upload queue, beyond the row at `beyond` where a list is gone on with. */
  queuePage(filter: QueueFilter, beyond: number | null): Promise<Answer<QueuePage>>;
  /** What leaves this PC of one event, byte for byte. */
  queueBody(eventId: string): Promise<Answer<string | null>>;
  /** Lets refused events wait to be sent again: those named, or all. */
  queueRequeue(eventIds: string[] | null): Promise<Answer<number>>;
  /** Deletes events for good. */
  queueDelete(eventIds: string[]): Promise<Answer<Removal>>;
  /** Deletes every event that waits to be sent. */
  queueDeleteWaiting(): Promise<Answer<Removal>>;
  /** Writes events into a file in the player's downloads. */
  queueExport(filter: QueueFilter): Promise<Answer<Exported>>;

  /** What stands between each game and its events. */
  gamesLook(): Promise<Answer<GameLook[]>>;
  /** What setting a game up would do, in this folder or wherever it is found. */
  gameSetupPreview(game: Game, folder: string | null): Promise<Answer<SetupPreview>>;
  /** Does it to this file, where it is as it was seen. */
  gameSetup(path: string, seen: string): Promise<Answer<Change>>;
  /** What putting this file back would do to it. */
  gameSetupUndoPreview(path: string): Promise<Answer<UndoPreview>>;
  /** Puts this file back as it was, where it is as it was seen. */
  gameSetupUndo(path: string, seen: string): Promise<Answer<Undone>>;
  /** Reads a game from now on, or no more. */
  gameEnable(game: Game, on: boolean): Promise<Answer<null>>;
  /** Asks the League client from now on which match runs, or no more. */
  leagueClientAsk(asked: boolean): Promise<Answer<null>>;

  /** Every recording, and whether there are to be more. */
  recordingsList(): Promise<Answer<RecordingList>>;
  /** Records what games say from now on, or no more. */
  recordingSwitch(on: boolean): Promise<Answer<null>>;
  /** Deletes a recording for good. */
  recordingDelete(name: string): Promise<Answer<null>>;
  /** Copies a recording into the player's downloads; where it is then. */
  recordingExport(name: string): Promise<Answer<string>>;
  /** Makes a copy of a recording with every player called by a number. */
  recordingRedact(name: string): Promise<Answer<WithoutNames>>;
  /** Plays a recording: its live view, and how far it is. An earlier one ends. */
  replayStart(
    name: string,
    speed: ReplaySpeed,
    live: (update: LiveUpdate) => void,
    told: (told: ReplayTold) => void,
  ): Promise<Answer<null>>;
  /** Ends the replay. */
  replayStop(): Promise<void>;

  /** Keeps events on this PC for now. */
  uploadHold(): Promise<Answer<null>>;
  /** Sends what was held. */
  uploadLetGo(): Promise<Answer<null>>;
  /** Tries to send at once. */
  uploadRetryNow(): Promise<Answer<null>>;

  /** What Ringside does on this PC. */
  about(): Promise<Answer<Safety>>;
  /** What stands between each game and its events. */
  examine(): Promise<Answer<Findings>>;
  /** The last lines of the log, the oldest first. */
  logLines(): Promise<Answer<string[]>>;
  /** What a file for whoever helps would say. Nothing is sent. */
  supportFile(): Promise<Answer<string>>;
  /** Writes such a file into the player's downloads; where it stands. */
  keepSupportFile(text: string): Promise<Answer<string>>;

  /** Whether the stream page is served, and where. */
  streamState(): Promise<Answer<StreamState>>;
  /** Serves the stream page so from now on. */
  streamChange(choice: StreamChoice): Promise<Answer<StreamState>>;
  /** Gives the stream page another address; the old one shows nothing any more. */
  streamNewAddress(): Promise<Answer<StreamState>>;
  /** Whether other devices may read the stream page, and how one is let in. */
  lanState(): Promise<Answer<LanState>>;
  /** Lets other devices of the same network read it, or no more; for this run alone. */
  lanSwitch(on: boolean): Promise<Answer<LanState>>;
  /** Another code for the next device. */
  lanNewCode(): Promise<Answer<LanState>>;
  /** Sends every device away that was let in. */
  lanEndDevices(): Promise<Answer<LanState>>;
  /** The player agrees that events are sent to this server; those that wait as they say. */
  uploadAgree(server: string, backlog: Backlog): Promise<Answer<null>>;
  /** The player agrees no longer: nothing leaves this PC any more. */
  uploadWithdraw(): Promise<Answer<null>>;

  /** What leaves this PC, and under which identity. */
  privacyState(): Promise<Answer<PrivacyState>>;
  /** How other players' names leave from now on. */
  privacyNames(names: NamesSent): Promise<Answer<null>>;
  /** Which games' events leave from now on. */
  privacyGames(send: GamesSent): Promise<Answer<null>>;
  /** Writes everything that this PC keeps of the player into a file in their downloads. */
  privacyExport(): Promise<Answer<Exported>>;
  /** Makes this PC another device. */
  privacyNewIdentity(): Promise<Answer<NewIdentity>>;
  /** Erases what this PC keeps, and what it sent where that is asked for. */
  privacyErase(reach: EraseReach): Promise<Answer<Erased>>;

  /** Whether the questions of the first start are still to be asked. */
  firstRunIsDue(): Promise<Answer<boolean>>;
  /** They are answered, or the player wants to hear no more of them. */
  firstRunEnd(): Promise<Answer<null>>;
  /** What a pasted text is. Nothing is sent by that. */
  invitationRead(text: string): Promise<InvitationRead>;
  /** An invitation that was clicked elsewhere, once. Nothing is sent by that. */
  invitationPending(): Promise<Answer<string | null>>;
  /** The player agrees to it: this PC enrols there, and events are sent. */
  invitationAccept(text: string, backlog: Backlog): Promise<Answer<Joining>>;
  /** Matches that this PC has seen, the newest first, older than `before` where one goes on. */
  matchesPage(
    search: MatchSearch,
    before: string | null,
    limit: number,
  ): Promise<Answer<MatchesPage>>;
  /** One match, told whole; `null` where the history has it no more. */
  matchOpen(key: string): Promise<Answer<OpenMatch | null>>;
  /** A match as chapters of a video. */
  matchChapters(key: string, wish: ChapterWish): Promise<Answer<Chapters>>;
  /** Writes a match as a spreadsheet into the player's downloads. */
  matchCsv(key: string, wish: SpreadsheetWish): Promise<Answer<Spreadsheet | null>>;
  /** Asks the server what it made of a match. */
  matchWitnesses(key: string): Promise<Answer<WitnessAnswer>>;
  /** Erases a match for good. */
  matchErase(key: string, where: EraseWhere): Promise<Answer<Erasure>>;
}

export const ipc: Ipc = {
  watchLive: async (told) => {
    await commands.watchLive(new Channel(told));
  },
  watchLook: async (systems, told) => {
    await commands.watchLook(new Channel(told), systems);
  },
  lookChoose: commands.lookChoose,
  startState: commands.startState,
  startAtLogin: commands.startAtLogin,
  closeToTray: commands.closeToTray,
  hotkeysState: commands.hotkeysState,
  hotkeyBind: commands.hotkeyBind,
  hotkeyTest: commands.hotkeyTest,
  hotkeysWatch: async (told) => {
    await commands.hotkeysWatch(new Channel(told));
  },
  hotkeysAsk: commands.hotkeysAsk,
  hotkeysConfigure: commands.hotkeysConfigure,
  overlayFit: (height) => commands.overlayFit(Math.ceil(height)),
  overlayWatch: async (told) => {
    await commands.overlayWatch(new Channel(told));
  },
  overlayAlive: commands.overlayAlive,
  overlayAct: commands.overlayAct,
  overlayEdit: commands.overlayEdit,
  overlaySettings: commands.overlaySettings,
  overlayConfigure: commands.overlayConfigure,
  queuePage: commands.queuePage,
  queueBody: commands.queueBody,
  queueRequeue: commands.queueRequeue,
  queueDelete: commands.queueDelete,
  queueDeleteWaiting: commands.queueDeleteWaiting,
  queueExport: commands.queueExport,
  gamesLook: commands.gamesLook,
  gameSetupPreview: commands.gameSetupPreview,
  gameSetup: commands.gameSetup,
  gameSetupUndoPreview: commands.gameSetupUndoPreview,
  gameSetupUndo: commands.gameSetupUndo,
  gameEnable: commands.gameEnable,
  leagueClientAsk: commands.leagueClientAsk,
  recordingsList: commands.recordingsList,
  recordingSwitch: commands.recordingSwitch,
  recordingDelete: commands.recordingDelete,
  recordingExport: commands.recordingExport,
  recordingRedact: commands.recordingRedact,
  replayStart: (name, speed, live, told) =>
    commands.replayStart(name, speed, new Channel(live), new Channel(told)),
  replayStop: async () => {
    await commands.replayStop();
  },
  uploadHold: commands.uploadHold,
  uploadLetGo: commands.uploadLetGo,
  uploadRetryNow: commands.uploadRetryNow,
  about: commands.about,
  examine: commands.examine,
  logLines: commands.logLines,
  supportFile: commands.supportFile,
  keepSupportFile: commands.keepSupportFile,
  streamState: commands.streamState,
  streamChange: commands.streamChange,
  streamNewAddress: commands.streamNewAddress,
  lanState: commands.lanState,
  lanSwitch: commands.lanSwitch,
  lanNewCode: commands.lanNewCode,
  lanEndDevices: commands.lanEndDevices,
  uploadAgree: commands.uploadAgree,
  uploadWithdraw: commands.uploadWithdraw,
  privacyState: commands.privacyState,
  privacyNames: commands.privacyNames,
  privacyGames: commands.privacyGames,
  privacyExport: commands.privacyExport,
  privacyNewIdentity: commands.privacyNewIdentity,
  privacyErase: commands.privacyErase,
  firstRunIsDue: commands.firstRunIsDue,
  firstRunEnd: commands.firstRunEnd,
  invitationRead: commands.invitationRead,
  invitationPending: commands.invitationPending,
  invitationAccept: commands.invitationAccept,
  matchesPage: commands.matchesPage,
  matchOpen: commands.matchOpen,
  matchChapters: commands.matchChapters,
  matchCsv: commands.matchCsv,
  matchWitnesses: commands.matchWitnesses,
  matchErase: commands.matchErase,
};
