; What Ringside's uninstaller asks and does beside what Tauri's does: games' files are
; put back, and the player's data goes where the page before has that box ticked.
;
; `ringside.exe` does both, as the player. It is asked before anything is removed, and
; runs as a copy afterwards, when the app has ended for certain. An update asks nothing
; and does nothing; a silent or passive run puts the games' files back and keeps the data.
;
; Letters beyond ASCII are written as ${U+ and the number}: this file is read in the codepage of
; whoever builds.

Var RingsideGameFiles
Var RingsideArguments

!define RINGSIDE_GERMAN 1031

; Asks unless nobody is there to answer: then it is `otherwise`. ${variable} becomes
; IDYES or IDNO.
!macro RINGSIDE_ASK variable icon english german otherwise
  StrCpy ${variable} ${otherwise}
  ${If} $PassiveMode <> 1
    ${If} $LANGUAGE = ${RINGSIDE_GERMAN}
      StrCpy $R8 "${german}"
    ${Else}
      StrCpy $R8 "${english}"
    ${EndIf}
    StrCpy ${variable} IDNO
    ${If} ${Cmd} `MessageBox MB_YESNO|${icon} "$R8" /SD ${otherwise} IDYES`
      StrCpy ${variable} IDYES
    ${EndIf}
  ${EndIf}
!macroend

; One number of what `ringside uninstall` would do; 0 where it does not say.
!macro RINGSIDE_COUNT variable what
  nsExec::ExecToStack '"$PLUGINSDIR\ringside.exe" uninstall --count ${what}'
  Pop $R7
  Pop ${variable}
  ${If} $R7 = 0
    IntOp ${variable} ${variable} + 0
  ${Else}
    StrCpy ${variable} 0
  ${EndIf}
!macroend

!macro NSIS_HOOK_PREUNINSTALL
  StrCpy $RingsideArguments ""
  ${If} $UpdateMode <> 1
  ${AndIf} ${FileExists} "$INSTDIR\ringside.exe"
    InitPluginsDir
    CopyFiles /SILENT "$INSTDIR\ringside.exe" "$PLUGINSDIR\ringside.exe"
    StrCpy $RingsideArguments "uninstall --yes"

    !insertmacro RINGSIDE_COUNT $RingsideGameFiles game-files
    ${If} $RingsideGameFiles > 0
      !insertmacro RINGSIDE_ASK $R9 MB_ICONQUESTION \
        "Ringside wrote into the folder of a game, so that the game reports to it ($RingsideGameFiles file(s)).$\n$\nPut back what was there before?" \
        "Ringside hat in den Ordner eines Spiels geschrieben, damit es sich hier meldet (Dateien: $RingsideGameFiles).$\n$\nSoll dort wieder stehen, was vorher dort stand?" \
        IDYES
      ${If} $R9 == IDNO
        StrCpy $RingsideArguments "$RingsideArguments --keep-game-files"
      ${EndIf}
    ${EndIf}

    StrCpy $R9 IDNO
    ${If} $DeleteAppDataCheckboxState = 1
      StrCpy $R9 IDYES
      !insertmacro RINGSIDE_COUNT $R6 unsent
      ${If} $R6 > 0
        !insertmacro RINGSIDE_ASK $R9 MB_ICONEXCLAMATION|MB_DEFBUTTON2 \
          "Events that were never sent to a server: $R6. When your data is deleted, they are lost.$\n$\nDelete it all the same?" \
          "Ereignisse, die nie an einen Server gesendet wurden: $R6. Mit deinen Daten sind sie verloren.$\n$\nTrotzdem l${U+00F6}schen?" \
          IDNO
      ${EndIf}
      ${If} $R9 == IDNO
        StrCpy $DeleteAppDataCheckboxState 0
      ${EndIf}
    ${EndIf}
    ${If} $R9 == IDYES
      StrCpy $RingsideArguments "$RingsideArguments --erase-data"
    ${Else}
      StrCpy $RingsideArguments "$RingsideArguments --keep-data"
    ${EndIf}
  ${EndIf}
!macroend

; The app has ended, and its files are gone but for the copy.
!macro NSIS_HOOK_POSTUNINSTALL
  ${If} $RingsideArguments != ""
    nsExec::ExecToLog '"$PLUGINSDIR\ringside.exe" $RingsideArguments'
    Pop $R7
    ${If} $R7 <> 0
    ${AndIf} $PassiveMode <> 1
      ${If} $LANGUAGE = ${RINGSIDE_GERMAN}
        StrCpy $R8 "Nicht alles konnte zur${U+00FC}ckgesetzt oder gel${U+00F6}scht werden. Die Details nennen, was und warum."
      ${Else}
        StrCpy $R8 "Not everything could be put back or deleted. The details say what, and why."
      ${EndIf}
      MessageBox MB_OK|MB_ICONEXCLAMATION "$R8" /SD IDOK
    ${EndIf}
  ${EndIf}
!macroend
