; What Tauri's installer gives our hooks, and no more: `cargo xtask test` compiles it,
; so that a mistake in the hooks is found where no Windows is. It is never shipped.
Unicode true
!include MUI2.nsh
!include FileFunc.nsh
!include x64.nsh
!include "hooks.nsh"

Var PassiveMode
Var UpdateMode
Var DeleteAppDataCheckboxState

Name "Ringside"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Ringside"
RequestExecutionLevel user

!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

Section Install
  SetOutPath $INSTDIR
  WriteUninstaller "$INSTDIR\uninstall.exe"
SectionEnd

Function un.onInit
  ${GetOptions} $CMDLINE "/P" $PassiveMode
  ${IfNot} ${Errors}
    StrCpy $PassiveMode 1
  ${EndIf}
  ${GetOptions} $CMDLINE "/UPDATE" $UpdateMode
  ${IfNot} ${Errors}
    StrCpy $UpdateMode 1
  ${EndIf}
  ; The box of the page that Tauri has before.
  ${GetOptions} $CMDLINE "/ERASE" $DeleteAppDataCheckboxState
  ${IfNot} ${Errors}
    StrCpy $DeleteAppDataCheckboxState 1
  ${EndIf}
FunctionEnd

Section Uninstall
  !insertmacro NSIS_HOOK_PREUNINSTALL
  Delete "$INSTDIR\ringside.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  !insertmacro NSIS_HOOK_POSTUNINSTALL
SectionEnd
