// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound of what is driven from outside, with its unit and reason. Settable ones have their
/// defaults here.
namespace outboard::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * 1024;

// Transport (THREATS 113, 114)
inline constexpr std::size_t kHeaderBytes =
    16 * kKiB;                                   // all headers of a request; peers send about 2 KiB
inline constexpr std::size_t kHeaderCount = 64;  // fields
inline constexpr std::size_t kTargetBytes =
    8 * kKiB;                                 // request line; our longest honest one is about 2 KiB
inline constexpr auto kHeaderDeadline = 10s;  // from the first byte to the end of headers
inline constexpr auto kBodyDeadline = 30s;    // whole body
inline constexpr auto kIdle = 60s;            // keep-alive between requests
inline constexpr auto kWriteDeadline = 60s;   // whole answer
inline constexpr std::size_t kConnections = 12'000;         // all together; about 5 KB each
inline constexpr std::size_t kConnectionsPerAddress = 256;  // trusted proxies exempt
inline constexpr std::size_t kPending = 1024;  // answers that wait for the network (DESIGN.md 3.1)
inline constexpr std::size_t kPendingPerHost = 64;
inline constexpr std::size_t kWorkerQueue = 4096;  // requests waiting for a worker, then 503
inline constexpr std::size_t kWorkersMin = 4, kWorkersMax = 64;
inline constexpr auto kWorkerPatience = 50ms;
inline constexpr auto kDrain = 8s;  // of the 10 s that stopping may take

// Streams
inline constexpr std::size_t kStreamQueueBytes =
    1 * kMiB;  // waiting for one reader: hundreds of statuses, or one as large as peers may send;
               // the bytes are shared by all readers
inline constexpr std::size_t kStreamQueueMessages = 1000;  // the same, for many small ones
inline constexpr std::size_t kStreamText = 4 * kKiB;       // a message from a client; 100 B do
inline constexpr std::size_t kStreamChannels = 64;         // subscriptions of one socket
inline constexpr std::size_t kStreamBatch = 200;           // events looked at in one snapshot
inline constexpr std::size_t kStreamMemory = 64;  // statuses remembered as sent to one account
inline constexpr std::size_t kStreamNames = 50;   // tags and readers kept of a deleted status
inline constexpr auto kStreamPoll = 250ms;        // for events of other processes
inline constexpr auto kStreamTrust = 3s;          // after that a token is looked at again
inline constexpr auto kStreamEvents = 15min;      // rows are kept
inline constexpr auto kStreamed = std::chrono::hours(6);  // older statuses are no news when stored
inline constexpr auto kEventBeat = 15s;                   // a comment line on a silent event stream
inline constexpr auto kSocketBeat = 30s;                  // a ping on a WebSocket
inline constexpr auto kStreamSilence = 75s;  // without a pong or a message the peer is gone
inline constexpr auto kStreamClosing = 2s;   // for the other side to answer our close

// Bodies
inline constexpr std::size_t kInboxBody = 1 * kMiB;  // a document
inline constexpr std::size_t kApiBody = 256 * kKiB;  // forms and JSON without media

inline constexpr std::size_t kMediaBody =
    16 * kMiB + kApiBody;  // an upload: the file, and the fields beside it
// Bodies are read before anybody is asked who they are, so what all of them may hold at once is
// bounded, and so is what waits to be written. Up to kSmallBody a body counts for nothing: that
// much is bounded by the connections.
inline constexpr std::size_t kSmallBody = 64 * kKiB;
inline constexpr std::size_t kBodiesInFlight = 192 * kMiB;   // then 503
inline constexpr std::size_t kAnswersInFlight = 256 * kMiB;  // then 503

// Media (DESIGN.md 3.12, THREATS 44-53)
inline constexpr std::size_t kMediaFile = 16 * kMiB;  // as uploaded
inline constexpr std::size_t kMediaMade =
    24 * kMiB;  // re-encoded: a picture can come out larger than it went in
inline constexpr std::int64_t kMediaPixels = 40'000'000;       // of one picture, by its header
inline constexpr std::int64_t kAnimationPixels = 100'000'000;  // of all frames together
inline constexpr int kMediaFrames = 300;                       // about 20 s at 15 a second
inline constexpr int kMediaSide = 3840;                        // pixels; larger is scaled down
inline constexpr int kPreviewSide = 640, kAvatarSide = 400, kHeaderSide = 1500;
inline constexpr auto kMediaDeadline = 30s;     // of one job
inline constexpr std::size_t kMediaAtOnce = 2;  // processes, about 200 MB each at worst
inline constexpr std::size_t kMediaQueue = 8;   // jobs waiting with their files, then Unavailable
inline constexpr std::size_t kMediaPerStatus = 4;
inline constexpr std::size_t kMediaDescription = 1500;            // characters
inline constexpr std::int64_t kMediaPerDay = 200;                 // uploads of one account
inline constexpr std::int64_t kMediaBytesPerDay = 1024 * kMiB;    // stored ones, previews included
inline constexpr auto kMediaUnattached = std::chrono::hours(24);  // then an upload goes
inline constexpr auto kMediaDetached =
    std::chrono::hours(1);  // of a deleted post, for delete-and-redraft
inline constexpr auto kMediaOrphan = std::chrono::hours(24);  // a file without a row
inline constexpr auto kMediaLink = std::chrono::minutes(15);  // of what not everybody may see
inline constexpr auto kMediaPeerLink =
    std::chrono::hours(24 * 7);  // in a Note for some: as long as its delivery is tried

// Fetching (THREATS 33-37)
inline constexpr std::size_t kDocument = 1 * kMiB;     // decompressed
inline constexpr std::size_t kCompressionRatio = 100;  // decompressed to received
inline constexpr auto kConnectDeadline = 5s;
inline constexpr auto kDocumentDeadline = 10s;          // total
inline constexpr int kRedirects = 3;                    // hops
inline constexpr std::size_t kFetchesPerActivity = 40;  // documents for one originating activity
inline constexpr std::size_t kFetchesPerHostMinute = 300;
inline constexpr std::size_t kFailingKeyFetchesPerHostMinute = 10;
inline constexpr std::size_t kFetchQueue = 10'000;   // waiting requests, then Unavailable
inline constexpr std::size_t kInFlight = 256;        // requests under way
inline constexpr std::size_t kInFlightPerHost = 2;   // so that a slow host holds two slots at most
inline constexpr std::size_t kHostRecords = 10'000;  // breaker and budget records kept in memory
inline constexpr auto kResolveDeadline = 8s;         // search with resolve answers by then

// Store
inline constexpr std::size_t kWriteQueue =
    4096;  // transactions waiting for the writer, then Unavailable
inline constexpr std::size_t kWriteGroup = 64;  // transactions in one commit
inline constexpr std::size_t kWalBytes =
    64 * kMiB;  // above it the writer pauses for a truncating checkpoint

// Client API
inline constexpr std::size_t kFields = 1000;   // parameters of one call
inline constexpr std::size_t kFieldDepth = 8;  // brackets in a parameter's name
inline constexpr std::size_t kRateEntries =
    50'000;  // callers whose rate is counted apart; more share 1,024 counters
inline constexpr int kPageRounds = 5;  // rounds of candidates for one page of what may be seen

inline constexpr std::size_t kStoredDocument =
    4 * kMiB;  // a document decompressed; from outside they are at most 1 MiB

// Caches (DESIGN.md 3.10)
inline constexpr std::size_t kVerifiedKeys = 10'000;
inline constexpr std::size_t kTokens = 10'000;
inline constexpr std::size_t kFragmentBytes =
    32 * kMiB;  // JSON texts of statuses and accounts: about 15,000 statuses
inline constexpr std::size_t kNonces = 50'000;  // of signatures taken, about 100 bytes each
inline constexpr std::size_t kKeptAnswerBytes =
    16 * kMiB;  // answers to strangers' GETs, good until the next commit
inline constexpr std::size_t kKeptAnswer = 64 * kKiB;  // one of them; discovery's have 1 KiB

// Logins and apps
inline constexpr std::size_t kLoginBody = 16 * kKiB;  // of the login and consent forms
inline constexpr std::size_t kAppBody =
    64 * kKiB;  // a registration: 20 redirect URIs of 2,000 bytes, and its texts
inline constexpr std::size_t kLoginEntries =
    50'000;  // accounts and addresses whose attempts are counted apart; more share 1,024 counters
inline constexpr int kLoginsFree = 5;  // wrong passwords for one account before attempts must wait
inline constexpr int kLoginsFreePerAddress =
    20;  // from one address: several people behind one line may mistype
inline constexpr auto kLoginFirstWait = 60s;  // doubles with each further failure
inline constexpr auto kLoginLongestWait =
    std::chrono::minutes(15);  // guessing stays hopeless, and nobody is shut out for longer
inline constexpr auto kLoginMemory = std::chrono::hours(1);  // since the last attempt
inline constexpr auto kSession =
    std::chrono::hours(24 * 14);  // a browser's login ends, used or not
inline constexpr auto kFormSecret =
    std::chrono::hours(24);           // a login form that was left open still works
inline constexpr int kSessions = 50;  // browsers per account; a further one ends the oldest
inline constexpr auto kCode = 60s;    // an authorization code that a program passes on (THREATS 68)
inline constexpr auto kCodeByHand = std::chrono::minutes(5);  // one that a person copies
inline constexpr auto kCodeMemory =
    std::chrono::hours(24);                       // after its end: its reuse is still noticed
inline constexpr std::size_t kAppName = 100;      // characters
inline constexpr std::size_t kAppWebsite = 2000;  // bytes
inline constexpr std::size_t kRedirectUris = 20;  // per app; each has its own bound of 2,000 bytes
inline constexpr int kAppTokens = 20;             // of an app itself; a further one ends the oldest

// Content
inline constexpr std::size_t kStatusCharacters = 5000;  // shown in /api/v2/instance
inline constexpr std::size_t kDisplayName = 100, kBio = 5000;
inline constexpr std::size_t kProfileFields = 8,
                             kProfileFieldText =
                                 255;  // lines of a profile, characters of each half
inline constexpr std::size_t kSpoilerCharacters =
    500;                                      // counted with the text against the status limit too
inline constexpr std::size_t kMentions = 50;  // accounts one status may name
inline constexpr std::size_t kUnknownHandles = 10;  // looked up on the network while posting
inline constexpr std::size_t kThreadDepth = 40;     // ancestors shown and fetched
inline constexpr std::size_t kDescendants = 400;
inline constexpr std::size_t kFollowedTags = 1000;    // of one account
inline constexpr std::size_t kDomainBlocks = 5000;    // of one account
inline constexpr std::size_t kNoteCharacters = 2000;  // what one account keeps in mind of another
inline constexpr std::size_t kPage = 80;              // items of an API page at most
inline constexpr std::size_t kHomeEntries = 1000;     // newest candidates per account

// Delivery (I13)
inline constexpr std::size_t kFanOutChunk = 500;  // deliveries written in one transaction
inline constexpr int kDeliveryTries = 24;         // with the backoff below: about 7 days
inline constexpr auto kDeliveryFirstRetry = 60s;
inline constexpr auto kDeliveryLongestRetry = std::chrono::hours(12);
inline constexpr auto kRetryAfterMost = std::chrono::hours(24);
inline constexpr int kAccountsTold =
    2000;  // inboxes beyond the followers' that hear of a deleted account, in one transaction
inline constexpr auto kLastDeliveries =
    std::chrono::hours(24 * 30);  // of a deleted account: then its keys go, whatever still waits
inline constexpr int kJobTries = 8;

// Received activities (THREATS 115, 117)
inline constexpr std::size_t kInboxAtWork = 256;  // activities at work at once; the workers are 64
inline constexpr std::size_t kInboxFetching =
    1024;  // activities that wait for the network, which takes memory only
inline constexpr std::size_t kInboxTaken =
    2048;  // rows in memory, those behind another of their actor included
inline constexpr std::size_t kInboxTakenPerHost =
    16;  // enough to fill a commit; 64 slow hosts fill the above, not one
inline constexpr std::size_t kInboxWaitingPerHost =
    5000;  // rows, then 429: what a busy server sends in a quarter of an hour
// Kept as they were read until they are worked off, a second or two: some MB of memory.
inline constexpr std::size_t kArrivals = 2048, kArrivalBytes = 4 * kMiB;
inline constexpr auto kInboxFullRetry = 60s;  // for Retry-After: about 5,000 rows' work

// Memory of the past
inline constexpr auto kIdMemory = std::chrono::hours(24 * 30);
inline constexpr auto kRawInbox = std::chrono::hours(24 * 7);
inline constexpr auto kTombstones = std::chrono::hours(24 * 90);
inline constexpr auto kIdempotency = std::chrono::hours(24);

}  // namespace outboard::limits
