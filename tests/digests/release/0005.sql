BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0005');
CREATE TABLE bookmarks (
	id INTEGER NOT NULL, 
	person INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	kept BOOLEAN NOT NULL, 
	at BIGINT NOT NULL, 
	url TEXT NOT NULL, 
	headline TEXT NOT NULL, 
	text TEXT NOT NULL, 
	issue TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	read BOOLEAN NOT NULL, 
	read_at BIGINT NOT NULL, 
	note TEXT NOT NULL, 
	note_at BIGINT NOT NULL, 
	removed BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(person) REFERENCES people (id), 
	CONSTRAINT one_bookmark_a_link UNIQUE (person, "key")
);
CREATE TABLE deliveries (
	id INTEGER NOT NULL, 
	workspace TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	subscription INTEGER NOT NULL, 
	issue TEXT NOT NULL, 
	due BIGINT NOT NULL, 
	decided BIGINT NOT NULL, 
	progress TEXT NOT NULL, 
	taste JSON NOT NULL, 
	note TEXT NOT NULL, 
	late TEXT NOT NULL, 
	content TEXT NOT NULL, 
	reason TEXT NOT NULL, "after" TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(subscription) REFERENCES subscriptions (id), 
	CONSTRAINT one_delivery_an_issue UNIQUE (workspace, channel, issue)
);
INSERT INTO "deliveries" VALUES(1,'-:T1','C00000002',1,'weekly-2',1768208400000000,1768208400000000,'done','{"layout":"thread","sponsors":"shown","only":[],"without":[],"topics":[],"without_topics":[]}','','','b916cfcd234c33ce1cf0555f0b372f4d','','1768208340.000000');
INSERT INTO "deliveries" VALUES(2,'-:T1','C00000003',2,'weekly-2',1768208400000000,1768208400000000,'done','{"layout":"full","sponsors":"shown","only":[],"without":[],"topics":[],"without_topics":[]}','','','b916cfcd234c33ce1cf0555f0b372f4d','','1768208340.000000');
INSERT INTO "deliveries" VALUES(3,'-:T1','C00000002',1,'weekly-3',1768813200000000,1768813200000000,'done','{"layout":"thread","sponsors":"shown","only":[],"without":[],"topics":[],"without_topics":[]}','','','08b84737d2880cd09d81cc1bc4cfd1a5','','1768813140.000000');
INSERT INTO "deliveries" VALUES(4,'-:T1','C00000003',2,'weekly-3',1768813200000000,1768813200000000,'done','{"layout":"full","sponsors":"shown","only":[],"without":[],"topics":[],"without_topics":[]}','','','08b84737d2880cd09d81cc1bc4cfd1a5','','1768813140.000000');
CREATE TABLE forgotten (
	hash TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (hash)
);
CREATE TABLE issues (
	seq INTEGER NOT NULL, 
	identity TEXT NOT NULL, 
	links JSON NOT NULL, 
	content TEXT NOT NULL, 
	seen BIGINT NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (identity)
);
INSERT INTO "issues" VALUES(1,'weekly-1','["1abfc29c5dce", "7d02b9360147", "d5860020bed6", "d8ea79d40ee8", "e5c821841546"]','6d631bedff917e568d072b63e2d246d9',1767603600000000);
INSERT INTO "issues" VALUES(2,'weekly-2','["0082403a10fc", "1bf659dd34b1", "714b2ed9d670", "ab7414113ea3", "f4e672ab37e1"]','b916cfcd234c33ce1cf0555f0b372f4d',1768122000000000);
INSERT INTO "issues" VALUES(3,'weekly-3','["15c9a47fc7bd", "258b60cd08eb", "b2638a8b7150", "b65d8017e074", "f2ee9cc21013"]','08b84737d2880cd09d81cc1bc4cfd1a5',1768730400000000);
CREATE TABLE marks (
	id INTEGER NOT NULL, 
	person INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	ts TEXT NOT NULL, 
	emoji TEXT NOT NULL, 
	held BOOLEAN NOT NULL, 
	at BIGINT NOT NULL, 
	"key" TEXT, 
	link TEXT NOT NULL, 
	workspace TEXT NOT NULL, 
	shared BOOLEAN NOT NULL, 
	noted BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(person) REFERENCES people (id), 
	CONSTRAINT one_mark_a_way UNIQUE (person, channel, ts, emoji)
);
CREATE TABLE parts (
	id INTEGER NOT NULL, 
	delivery INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	at INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	ts TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	attempt INTEGER NOT NULL, 
	attempted BIGINT, 
	looks INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	shown TEXT, 
	sender TEXT NOT NULL, refusals INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(delivery) REFERENCES deliveries (id), 
	CONSTRAINT one_part_a_key UNIQUE (delivery, "key")
);
INSERT INTO "parts" VALUES(1,1,'parent',0,'sent','1768208400.010000','85e6687a94d44a2d4fb845b43f59569b',1,1768208400000000,0,'','[[1, "https://example.com/2/story-0", "Builds are faster in week 2"], [2, "https://example.com/2/story-1", "A queue that forgets in week 2"], [3, "https://example.com/2/story-2", "Clocks, again in week 2"], [4, "https://example.com/2/story-3", "Reading logs by hand in week 2"], [5, "https://tools.example.org/tidy2", "tidy2 sorts a folder"]]','worker-2e6486e9449d/0',0);
INSERT INTO "parts" VALUES(2,1,'entry-914b6431',1,'sent','1768208401.010000','89d88f6340cd7e4822e5c1931bdf53b9',1,1768208400900000,0,'','[[1, "https://example.com/2/story-0", "Builds are faster in week 2"]]','worker-2e6486e9449d/2',0);
INSERT INTO "parts" VALUES(3,1,'entry-940bee69',2,'sent','1768208402.010000','52272121ded9e878e8011ed17d4acf40',1,1768208401900000,0,'','[[2, "https://example.com/2/story-1", "A queue that forgets in week 2"]]','worker-2e6486e9449d/3',0);
INSERT INTO "parts" VALUES(4,1,'entry-b57ff1d7',3,'sent','1768208403.010000','e2c5156081e698b17e6cf0fc48b6d915',1,1768208402900000,0,'','[[3, "https://example.com/2/story-2", "Clocks, again in week 2"]]','worker-2e6486e9449d/4',0);
INSERT INTO "parts" VALUES(5,1,'entry-341ef406',4,'sent','1768208404.010000','facd7689fcaa3e5a56a3a61e52200b87',1,1768208403900000,0,'','[[4, "https://example.com/2/story-3", "Reading logs by hand in week 2"]]','worker-2e6486e9449d/5',0);
INSERT INTO "parts" VALUES(6,1,'entry-e088f806',5,'sent','1768208405.010000','f783a5a0049ab5693927c6ae797e84f2',1,1768208404900000,0,'','[[5, "https://tools.example.org/tidy2", "tidy2 sorts a folder"]]','worker-2e6486e9449d/6',0);
INSERT INTO "parts" VALUES(7,2,'parent',0,'sent','1768208400.210000','2d8458706d0ab80d33a8f9ae4f0cd548',1,1768208400200000,0,'','[[1, "https://example.com/2/story-0", "Builds are faster in week 2"], [2, "https://example.com/2/story-1", "A queue that forgets in week 2"], [3, "https://example.com/2/story-2", "Clocks, again in week 2"], [4, "https://example.com/2/story-3", "Reading logs by hand in week 2"], [5, "https://tools.example.org/tidy2", "tidy2 sorts a folder"]]','worker-2e6486e9449d/1',0);
INSERT INTO "parts" VALUES(8,3,'parent',0,'sent','1768813200.010000','4918ad1a34eff2921b221b20ce83b07b',1,1768813200000000,0,'','[[1, "https://example.com/3/story-0", "Builds are faster in week 3"], [2, "https://example.com/3/story-1", "A queue that forgets in week 3"], [3, "https://example.com/3/story-2", "Clocks, again in week 3"], [4, "https://example.com/3/story-3", "Reading logs by hand in week 3"], [5, "https://tools.example.org/tidy3", "tidy3 sorts a folder"]]','worker-2e6486e9449d/7',0);
INSERT INTO "parts" VALUES(9,3,'entry-02a42069',1,'sent','1768813201.010000','a1966dd4cd02e4a80ab26aa57aaa2607',1,1768813200900000,0,'','[[1, "https://example.com/3/story-0", "Builds are faster in week 3"]]','worker-2e6486e9449d/9',0);
INSERT INTO "parts" VALUES(10,3,'entry-9d04c76f',2,'sent','1768813202.010000','6e709ac6e1b4452b3fc6f225f9f79c7f',1,1768813201900000,0,'','[[2, "https://example.com/3/story-1", "A queue that forgets in week 3"]]','worker-2e6486e9449d/10',0);
INSERT INTO "parts" VALUES(11,3,'entry-5966a24b',3,'sent','1768813203.010000','d6366b663dee835a8e89ce1e658b6c52',1,1768813202900000,0,'','[[3, "https://example.com/3/story-2", "Clocks, again in week 3"]]','worker-2e6486e9449d/11',0);
INSERT INTO "parts" VALUES(12,3,'entry-3bb5b3b9',4,'sent','1768813204.010000','c3c8cb97b17ed0099944439a6085d103',1,1768813203900000,0,'','[[4, "https://example.com/3/story-3", "Reading logs by hand in week 3"]]','worker-2e6486e9449d/12',0);
INSERT INTO "parts" VALUES(13,3,'entry-db814c02',5,'sent','1768813205.010000','7495dd26089841df93df468881af6bc7',1,1768813204900000,0,'','[[5, "https://tools.example.org/tidy3", "tidy3 sorts a folder"]]','worker-2e6486e9449d/13',0);
INSERT INTO "parts" VALUES(14,4,'parent',0,'sent','1768813200.210000','bdc24098c5dd49fda60f903393dc577e',1,1768813200200000,0,'','[[1, "https://example.com/3/story-0", "Builds are faster in week 3"], [2, "https://example.com/3/story-1", "A queue that forgets in week 3"], [3, "https://example.com/3/story-2", "Clocks, again in week 3"], [4, "https://example.com/3/story-3", "Reading logs by hand in week 3"], [5, "https://tools.example.org/tidy3", "tidy3 sorts a folder"]]','worker-2e6486e9449d/8',0);
CREATE TABLE people (
	id INTEGER NOT NULL, 
	home TEXT NOT NULL, 
	user TEXT NOT NULL, 
	kept INTEGER NOT NULL, 
	unread INTEGER NOT NULL, 
	since BIGINT NOT NULL, 
	hinted BIGINT, 
	welcomed BIGINT, 
	pointed BIGINT, 
	PRIMARY KEY (id), 
	CONSTRAINT one_person_a_home UNIQUE (user, home)
);
CREATE TABLE postings (
	id INTEGER NOT NULL, 
	workspace TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	ts TEXT NOT NULL, 
	ours BOOLEAN NOT NULL, 
	links TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE slots (
	subscription INTEGER NOT NULL, 
	day TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	outcome TEXT NOT NULL, 
	PRIMARY KEY (subscription, day), 
	FOREIGN KEY(subscription) REFERENCES subscriptions (id)
);
INSERT INTO "slots" VALUES(1,'2026-01-12',1768208400000000,'posts weekly-2');
INSERT INTO "slots" VALUES(2,'2026-01-12',1768208400000000,'posts weekly-2');
INSERT INTO "slots" VALUES(1,'2026-01-19',1768813200000000,'posts weekly-3');
INSERT INTO "slots" VALUES(2,'2026-01-19',1768813200000000,'posts weekly-3');
CREATE TABLE slugs (
	slug TEXT NOT NULL, 
	identity TEXT NOT NULL, 
	PRIMARY KEY (slug), 
	FOREIGN KEY(identity) REFERENCES issues (identity)
);
INSERT INTO "slugs" VALUES('weekly-1','weekly-1');
INSERT INTO "slugs" VALUES('weekly-2','weekly-2');
INSERT INTO "slugs" VALUES('weekly-3','weekly-3');
CREATE TABLE subscriptions (
	id INTEGER NOT NULL, 
	workspace TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	user TEXT NOT NULL, 
	schedule TEXT NOT NULL, 
	taste JSON NOT NULL, 
	since BIGINT NOT NULL, 
	cursor BIGINT, 
	pause_by TEXT, 
	pause_reason TEXT, 
	ended BOOLEAN NOT NULL, 
	wake_at BIGINT, 
	holder TEXT, 
	again BOOLEAN NOT NULL, limited_at BIGINT, limited_until BIGINT, 
	PRIMARY KEY (id), 
	CONSTRAINT one_subscription_a_channel UNIQUE (workspace, channel)
);
INSERT INTO "subscriptions" VALUES(1,'-:T1','C00000002','U00000001','mondays 09:00 UTC','{"layout": "thread", "sponsors": "shown", "only": [], "without": [], "topics": [], "without_topics": []}',1,1768813200000000,NULL,NULL,0,1769418000000000,NULL,0,NULL,NULL);
INSERT INTO "subscriptions" VALUES(2,'-:T1','C00000003','U00000001','mondays 09:00 UTC','{"layout": "full", "sponsors": "shown", "only": [], "without": [], "topics": [], "without_topics": []}',1,1768813200000000,NULL,NULL,0,1769418000000000,NULL,0,NULL,NULL);
CREATE TABLE teams (
	home TEXT NOT NULL, 
	counted BOOLEAN NOT NULL, 
	PRIMARY KEY (home)
);
CREATE INDEX subscriptions_by_holder ON subscriptions (holder);
CREATE INDEX subscriptions_by_wake ON subscriptions (wake_at);
CREATE INDEX deliveries_by_issue ON deliveries (issue);
CREATE INDEX deliveries_by_subscription ON deliveries (subscription, progress);
CREATE INDEX parts_by_ts ON parts (ts);
CREATE INDEX people_by_home ON people (home);
CREATE INDEX marks_by_key ON marks ("key", person);
CREATE INDEX bookmarks_by_age ON bookmarks (person, kept, at, id);
CREATE INDEX bookmarks_by_read ON bookmarks (person, kept, read, at, id);
CREATE INDEX postings_by_ts ON postings (ts, channel);
COMMIT;
