"""The page: the stand-in workspace in a browser. This is what the page and its server say to each other.

The server listens on loopback. It answers requests only whose Host is this machine's own name (127.0.0.1, localhost,
[::1]), and below `/page/` only those of its own page (`Sec-Fetch-Site`, `Origin`). Bodies and answers are JSON. Who
acts or looks is named by `as`, a person's id; it may be left out at the first look, then the first person is meant. A
request that makes no sense is answered 400 (403: not from the page, 404: no such thing) with
`{"ok": false, "problem": "one line that says what is wrong"}`.

What it serves
    GET /               index.html
    GET /static/NAME    what is in `static/`: .html .css .js .svg, folders too; `Cache-Control: no-cache`, an ETag
    Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';
        img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'

GET /page/state?as=U1
    Everything to begin with. It answers at once, also while the archive is still being read (`ready` false; then a push
    of type "ready" follows). What is done before that waits until it is ready. ::

        {"ready": true, "problem": "",            # problem: why it will never be ready, one line
         "workspace": {"id": "T0DEMO", "name": "demo"},
         "me": "U00000001",
         "people": [{"id": "U00000001", "name": "Ada", "zone": "Europe/London"}, …],   # whom one can be
         "users": {"U00000001": {"name": "Ada", "is_bot": false}, …},          # everybody, for names and <@U…>
         "bot": {"id": "U0BACKISSUE", "name": "Back Issue"},
         "channels": [CHANNEL, …],                # those that this person is in; their conversation with the bot too
         "commands": [{"name": "/weekly", "hint": "topic | latest | …", "what": "Find links …",
                       "words": [{"text": "saved", "hint": "", "what": "your bookmarks"}, …]}, …],
         "shortcuts": [{"name": "Save links", "callback_id": "save_links"}, …],   # on messages
         "everywhere": [{"name": "Search the archive", "callback_id": "search_archive"}],   # shortcuts everywhere
         "prompts": [{"title": "Look back", "message": "how often …"}, …],        # what the Messages tab suggests
         "emoji": ["bookmark", "one", …],         # those that matter, for the picker
         "home": VIEW or null,                    # null: it was never published for this person
         "modals": [VIEW, …],                     # open ones, the topmost last
         "clock": CLOCK, "backstage": BACKSTAGE,
         "event": "k3x9-17"}                      # the last push that this state includes

    CHANNEL ::

        {"id": "C00000003", "name": "devops", "kind": "public" | "private" | "im",
         "with": "" | "U0BACKISSUE",              # im: with whom
         "bot": true,                             # the bot is in it
         "archived": false, "unread": 2, "last": "1764000000.000100" | ""}

    VIEW: the payload as the bot sent it (type, title, submit, close, callback_id, blocks, …; every block has its
    block_id) and ::

        {…, "id": "V00000007", "hash": "12.hash", "user": "U00000001"}

    CLOCK ::

        {"now": "2026-11-23T09:00:00.000000+00:00", "ahead": 604800.0,  # seconds before the machine's own time
         "next_slot": "2026-11-30T09:00:00+00:00" | null}               # the first slot of any subscription

    BACKSTAGE ::

        {"held": 2,                               # issues that wait to be published
         "next": "Issue 13" | "",                 # the one that comes next
         "faults": [{"what": "limited", "name": "Slack says: slow down", "text": "what it does"}, …],
         "broken": ["limited"],                   # those in force
         "doubles": 0,                            # digest messages that were posted twice, counted by the stand-in
         "calls": [CALL, …]}                      # the newest 200, oldest first

    CALL: one request between the bot and the stand-in Slack ::

        {"n": 41, "at": "2026-11-23T09:00:01.123456+00:00", "to": "slack" | "bot",
         "method": "chat.postMessage" | "response_url" | "/weekly" | "reaction_added" | "block_actions" | …,
         "channel": "C00000003" | "", "channel_name": "devops" | "",
         "ok": true, "answer": "ok" | "ratelimited" | "hang" | "invalid_blocks" | "200" | …,
         "landed": true,                          # it took effect; null where that means nothing (a call that reads)
         "ms": 12.3 | null,                       # to the bot: how long it took to answer
         "summary": "first words of what it says",
         "details": ["…"]}                        # Slack's own words about a limit that was broken

GET /page/messages?as=U1&channel=C1&before=TS&after=TS&limit=60
GET /page/messages?as=U1&channel=C1&thread=TS&before=TS&after=TS&limit=60
    `{"messages": [MESSAGE, …], "more": true}`, oldest first: the newest `limit` (at most 200) before `before` (without
    it: the newest there are), or with `after` the oldest after it. `more`: there are more in that direction. With
    `thread` the parent (if nothing older than the answer is left) and its replies; without it the top level. Ephemeral
    messages come to their person only, and only to them. MESSAGE ::

        {"ts": "1764000000.000100", "channel": "C00000003", "user": "U0BACKISSUE", "name": "Back Issue",
         "is_bot": true, "text": "…", "blocks": [BLOCK, …],
         "reactions": [{"name": "bookmark", "count": 2, "users": ["U00000001", …]}, …],
         "thread": {"count": 14, "last": "ts", "users": ["U0BACKISSUE"]} | null,    # it has replies
         "thread_ts": "ts" | null,                # it stands in the thread of that message
         "broadcast": false,                      # a reply that is shown in the channel too
         "edited": false, "ephemeral": false,
         "files": [{"id": "F00000009", "name": "saved.html", "title": "…", "size": 1234, "url": "/page/file?key=…"}, …]}

GET /page/push?as=U1&after=EVENT
    Server-sent events (no event names: `onmessage`), each `id: k3x9-18` and `data: {"type": …}`. It begins after
    `Last-Event-ID` (a reconnect), else after `after` (take the state's `event`), so that nothing is missed; where that
    is no longer known it sends one `{"type": "reload"}`: ask for the state again. A comment every 15 s keeps it alive.
    What somebody else alone may see never comes. Types ::

        {"type": "ready"}                                 the archive is read: ask for the state again
        {"type": "problem", "problem": "one line"}        it could not be read
        {"type": "reload"}
        {"type": "posted",  "message": MESSAGE}           also replies (thread_ts) and ephemeral ones
        {"type": "edited",  "message": MESSAGE}
        {"type": "reacted", "message": MESSAGE}
        {"type": "deleted", "channel": "C…", "ts": "…", "thread_ts": "…" | null}
        {"type": "thread",  "channel": "C…", "ts": "…", "thread": {…} | null}      the parent's line changed
        {"type": "unread",  "channel": "C…", "unread": 0, "last": "ts"}
        {"type": "channel", "channel": CHANNEL}           a new one, or one that changed
        {"type": "modal",   "view": VIEW}                 opened, or changed if one of that id is open
        {"type": "modal_closed", "id": "V…"}
        {"type": "home",    "view": VIEW}
        {"type": "call",    "call": CALL}
        {"type": "clock",   "clock": CLOCK}
        {"type": "backstage",  "backstage": BACKSTAGE}             without `calls`
        {"type": "deliveries", "deliveries": DELIVERIES}  whenever they changed

POST /page/do
    `{"as": "U1", "do": VERB, …}` gives `{"ok": true, …}`, or `{"ok": false, "problem": "…"}` where it cannot be done.
    It is answered when the bot has acknowledged; what changes on the screen comes as pushes (often before). What Slack
    itself says (a command that failed) comes as a message of Slackbot's. A channel is an id. ::

        {"do": "say", "channel": "C…", "text": "…", "thread": "ts"?}  → {"ts": "…" | null}  a message, or a slash
                                                        command where the first word is one (never in a thread);
                                                        `ts`: what it made appear
        {"do": "react",   "channel": "C…", "ts": "…", "emoji": "bookmark"}
        {"do": "unreact", "channel": "C…", "ts": "…", "emoji": "bookmark"}
        {"do": "click", "channel": "C…", "ts": "…", "block_id": "…", "action_id": "…", "chosen": CHOSEN?}
        {"do": "click", "view": "V…", "block_id": "…", "action_id": "…", "chosen": CHOSEN?, "values": VALUES?}
        {"do": "suggest", (a message or view as above), "block_id": "…", "action_id": "…", "typed": "lon"}
                                                        → {"options": [OPTION, …]}, groups as
                                                        {"label": TEXT, "options": [OPTION, …]} in their place
        {"do": "submit", "view": "V…", "values": VALUES}  → {"errors": {block_id: "…"}}, {} when there are none: an
                                                        empty field that is required is one, before the bot is asked
        {"do": "close_view", "view": "V…"}
        {"do": "shortcut", "channel": "C…", "ts": "…", "callback_id": "save_links"}
        {"do": "open_home"}                             the person looks at the Home tab: the bot is told
        {"do": "read", "channel": "C…", "ts": "…"}      the person has seen everything up to `ts`

    CHOSEN is what an element is set to, in the form that Slack's payloads have it: an OPTION for static_select,
    external_select, radio_buttons, overflow; a list of OPTIONs for checkboxes and multi_…_select; a string for
    datepicker, timepicker, users_select, channels_select, conversations_select and text inputs; a list of FILES, as
    their uploads were answered, for file_input (only their `id` counts); null: nothing. OPTION
    is the option as the bot sent it. VALUES are those of every element of a view, as it stands now:
    `{block_id: {action_id: CHOSEN}}`; an element that is not named has what it began with.

POST /page/upload?as=U1&view=V1&block_id=…&action_id=…&name=bookmarks.html
    A file for a file_input of a view, as soon as it is chosen; the body is the file itself, of the content type
    application/octet-stream. Gives `{"ok": true, "file": FILE}`, FILE being `{"id": "F…", "name": "…", "size": 1234}`,
    or `{"ok": false, "problem": "…"}` where the field does not take it (its kind, its size). It is in no conversation,
    and counts once it is among the values of a form that is sent.

POST /page/backstage
    The operator's. Gives `{"ok": true}` or `{"ok": false, "problem": "…"}`; what changes comes as pushes. ::

        {"do": "next_slot"}        the clock jumps to the next slot of any subscription, and a moment past it
        {"do": "week"}             the clock jumps a week; time only ever goes forward → {"note": "…"} where something
                                   that was due on the way could not be posted in time
        {"do": "publish"}          the next issue appears in the archive's folder → {"issue": "Issue 13"}
        {"do": "break", "what": "limited"}      one of `faults`; "archived" takes "channel" too (else the first)
        {"do": "mend"}             everything works again

GET /page/deliveries
    DELIVERIES, as `backissue deliveries` shows them ::

        {"subscriptions": [{"channel": "C…", "channel_name": "devops", "schedule": "mondays 09:00 Europe/London",
                            "next": "ISO" | null, "paused": "why" | ""}, …],
         "deliveries": [{"due": "ISO", "channel": "C…", "channel_name": "devops", "issue": "2026-11-08-12",
                         "label": "#12", "state": "done" | …, "sent": 15, "parts": 15, "reason": ""}, …],  # newest 50
         "doubles": 0}

GET /page/file?key=…
    A file, as a download; its address is in the message that it came with.
"""
