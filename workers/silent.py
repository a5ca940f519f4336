"""Facts that nobody listens to, and why where it is not plain: they are for the audit alone."""

from webapp import events
from webapp.events import Event
from workers import casework, rosters, serving

SILENT: frozenset[type[Event]] = (
    casework.SILENT
    | rosters.SILENT
    | serving.SILENT
    | frozenset(
        {
            events.AccountLocked,
            events.ApplicationConsentChanged,
            events.ApplicationDeclined,
            events.ApplicationLapsed,
            events.ApplicationOpened,
            events.CallLogged,
            events.CampaignCancelled,
            events.CampaignDrawn,  # the operation itself tells the inspectors
            events.CampaignFinished,
            events.CampaignPrepared,
            events.CampaignPublished,
            events.CampaignSeedFixed,
            events.CheckJudged,  # what becomes of the posting is told as PostingClosed
            events.CheckReassigned,
            events.CheckReopened,
            events.CatalogueComputed,
            events.CataloguePublished,
            events.BatchDecided,
            events.BatchHeld,  # stands on the desk of the nodes until somebody decides
            events.ConflictSettled,
            events.ConflictsFound,
            events.DeliveryClosed,
            events.DeliveryRetried,
            events.DemoLoaded,
            events.DispatchGivenUp,
            events.DispatchRetried,
            events.EmailConfirmed,
            events.EmployerChanged,
            events.EmployerEndorsed,
            events.EmployerPaperAdded,
            events.EmployerPaperShown,
            events.EmployerRefused,
            events.EmployerRegistered,
            events.EmployerVerified,
            events.EmployerContactShown,
            events.EmployersHandedOver,
            events.KeyEmployerMarked,
            events.KeyEmployerUnmarked,
            events.EmploymentRegistered,
            events.InterviewAnswered,
            events.InterviewCancelled,
            events.InspectionForgotten,
            events.MemberAdded,
            events.MemberRemoved,
            events.NeedAnnounced,  # who hears of a need is told by its operation
            events.NeedChanged,
            events.NeedClosed,
            events.NeedOpened,
            events.NeedPosted,
            events.NeedReopened,
            events.NeedReturned,
            events.NeedsExported,
            events.NeedsImported,
            events.OfficerAssigned,
            events.NodeKeyMade,
            events.NodeKeyRevoked,
            events.OtherSessionsEnded,
            events.OutletAdded,  # what is owed to it is found by the next comparison
            events.OutletChanged,
            events.OutletKeyMade,
            events.OutletResumed,
            events.OutletSuspended,
            events.PasswordChanged,
            events.PersonChanged,
            events.PersonDisabled,
            events.PersonEnabled,
            events.PersonRegistered,
            events.PostingChangeDropped,
            events.PostingChangeProposed,
            events.PostingChangeReturned,  # the operation itself tells the author
            events.PostingChangeSubmitted,
            events.PhoneBookChanged,
            events.PostingDrafted,
            events.PostingOutcomeTold,
            events.PostingTableCarriedOut,  # the operation itself tells who confirmed it
            events.PostingTableUploaded,
            events.PostingTemplateRemoved,
            events.PostingTemplateSaved,
            events.PublicationMade,
            events.PublicationPlanned,
            events.PublicationResumed,
            events.PublicationStopped,
            events.ReviewPhraseAdded,
            events.ReviewPhraseRemoved,
            events.ReportDecided,  # the operation itself tells the reporter
            events.ReportOffered,
            events.ReportPackMade,
            events.ReportReceived,  # the operation itself tells the handlers of the district
            events.ReportTaken,
            events.ReportTransferred,
            events.ReporterShown,
            events.RoleGranted,
            events.RoleRevoked,
            events.RosterImported,
            events.SavedSearchChanged,
            events.SavedSearchRemoved,
            events.SearchIgnored,
            events.SearchRestored,
            events.SearchSaved,
            events.SeekerProfileChanged,
            events.SignedIn,
            events.SignedOut,
            events.SourceChanged,
            events.SourceContactShown,
            events.SourceOpened,
            events.VisitCorrected,
            events.VisitLogged,
            events.VisitNotesShown,
            events.SourceResumed,
            events.SourceSuspended,
            events.WordingAdded,  # every process sees the new version by itself
            events.WordingRemoved,
            events.CaseAssigned,
            events.CaseLeft,
            events.CaseTagged,
            events.CaseUntagged,
            events.CasesHandedOver,
            events.CaseCallLogged,
            events.CaseCallUndone,
            events.CaseShown,
            events.CasesMessaged,  # the operation itself queues the messages
        }
    )
)
"""Facts that are only written down. A house test wants every fact here or in LISTENERS."""
